import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { accounts, asUser, NOW, PASSWORD, type Accounts } from "@tests/support/accounts";
import { eventually } from "@tests/support/world";
import { Users, UserEvents, type User } from "./users.contract";

let shop: Accounts;
let count = 0;
const fresh = () => `customer-${++count}@example.com`;
const mexico = { name: "Ana López", line1: "Calle 1", city: "Ciudad de México", postalCode: "06000", country: "MX" };

beforeAll(async () => {
	shop = await accounts({ env: { ADMIN_EMAIL: "Boss@Example.com", ADMIN_PASSWORD: "boss-pass-9" } });
	await shop.ask(Users.ensureAdmin, {});
});
afterAll(() => shop.stop());

const boss = async (): Promise<User> => (await shop.ask(Users.lookupByEmail, { email: "boss@example.com" }))!;
const register = (email: string, meta = {}) => shop.ask(Users.register, { email, password: PASSWORD, name: "Ana" }, meta);

describe("register", () => {
	test("creates an account with the normal form of the address", async () => {
		const { userId, created } = await register("Maria.X@Example.COM");
		expect(created).toBe(true);
		expect(await shop.ask(Users.lookup, { userId })).toEqual({
			id: userId,
			email: "maria.x@example.com",
			name: "Ana",
			locale: "en",
			role: "customer",
			emailVerified: false,
			disabled: false,
			createdAt: new Date(NOW).toISOString(),
			version: 1,
		});
		await shop.fact(UserEvents.registered, { userId });
	});

	test("another spelling of the address notifies the owner and changes nothing", async () => {
		const email = fresh();
		const first = await register(email);
		const again = await shop.ask(Users.register, { email: email.toUpperCase(), password: "another-good-password", name: "Eve" });
		expect(again).toEqual({ userId: first.userId, created: false });
		await shop.fact(UserEvents.registrationRepeated, { userId: first.userId });
		expect((await shop.ask(Users.checkPassword, { email, password: PASSWORD })).user.name).toBe("Ana");
	});

	test("stores the language of the request, which the user can change", async () => {
		const { userId } = await register(fresh(), { locale: "es" });
		const user = await shop.ask(Users.lookup, { userId });
		expect(user.locale).toBe("es");
		expect((await shop.ask(Users.updateMe, { locale: "en" }, asUser(user))).locale).toBe("en");
	});

	test("20 concurrent registrations of one address create one account", async () => {
		const email = fresh();
		const outcomes = await Promise.all(Array.from({ length: 20 }, () => register(email)));
		expect(outcomes.filter(({ created }) => created)).toHaveLength(1);
		expect(new Set(outcomes.map(({ userId }) => userId)).size).toBe(1);
	});

	test("a repeated request creates no second account", async () => {
		const email = fresh();
		const first = await register(email, { seed: "key-1" });
		expect(await register(email, { seed: "key-1" })).toMatchObject({ userId: first.userId });
	});

	test("rejects a guessable password, whether or not the address has an account", async () => {
		for (const email of [fresh(), "boss@example.com"]) {
			const outcome = shop.ask(Users.register, { email, password: "passwordpassword", name: "Ana" });
			await expect(outcome).rejects.toMatchObject({ type: "VALIDATION_FAILED", data: { errors: [{ path: "/password" }] } });
		}
	});
});

describe("checkPassword", () => {
	test("accepts the correct password and rejects others", async () => {
		const email = fresh();
		await register(email);
		expect((await shop.ask(Users.checkPassword, { email: email.toUpperCase(), password: PASSWORD })).user.email).toBe(email);
		expect(await shop.refusal(Users.checkPassword, { email, password: `${PASSWORD}!` })).toBe("INVALID_CREDENTIALS");
		expect(await shop.refusal(Users.checkPassword, { email: fresh(), password: PASSWORD })).toBe("INVALID_CREDENTIALS");
	});

	test("takes the same time whether or not the account exists", async () => {
		const email = fresh();
		await register(email);
		const time = async (tried: string): Promise<number> => {
			const started = performance.now();
			await shop.refusal(Users.checkPassword, { email: tried, password: "not-the-password" });
			return performance.now() - started;
		};
		const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] };
		for (let round = 0; round < 9; round++) {
			times.known.push(await time(email));
			times.unknown.push(await time(fresh()));
		}
		const median = (all: number[]): number => all.sort((a, b) => a - b)[4]!;
		const ratio = median(times.known) / median(times.unknown);
		expect(ratio).toBeGreaterThan(0.5);
		expect(ratio).toBeLessThan(2);
	});
});

describe("account data", () => {
	let ana: User;
	beforeEach(async () => {
		const { userId } = await register(fresh());
		ana = await shop.ask(Users.lookup, { userId });
	});

	test("the name is changed only with the current version", async () => {
		const changed = await shop.ask(Users.updateMe, { name: " Ana María " }, { ...asUser(ana), expected: ana.version });
		expect(changed).toMatchObject({ name: "Ana María", version: ana.version + 1 });
		expect(await shop.refusal(Users.updateMe, { name: "Bo" }, { ...asUser(ana), expected: ana.version })).toBe("PRECONDITION_FAILED");
	});

	test("addresses are added, listed in pages, changed and removed", async () => {
		const me = asUser(ana);
		const kept = [];
		for (const line1 of ["Calle 1", "Calle 2", "Calle 3"]) kept.push(await shop.ask(Users.addAddress, { ...mexico, line1 }, me));
		expect(kept[0]).toEqual({ ...mexico, id: expect.stringMatching(/^adr_/), version: 1 });
		const first = await shop.ask(Users.addresses, { limit: 2 }, me);
		expect(first.items).toEqual(kept.slice(0, 2));
		const second = await shop.ask(Users.addresses, { limit: 2, cursor: first.nextCursor! }, me);
		expect(second).toEqual({ items: kept.slice(2), nextCursor: null });
		const changed = await shop.ask(Users.updateAddress, { id: kept[0]!.id, company: "Tienda", phone: null }, me);
		expect(changed).toEqual({ ...kept[0], company: "Tienda", phone: null, version: 2 });
		expect(await shop.refusal(Users.updateAddress, { id: kept[0]!.id, city: "X" }, { ...me, expected: 1 })).toBe("PRECONDITION_FAILED");
		expect(await shop.refusal(Users.removeAddress, { id: kept[0]!.id }, { ...me, expected: 1 })).toBe("PRECONDITION_FAILED");
		await shop.ask(Users.removeAddress, { id: kept[0]!.id }, { ...me, expected: changed.version });
		expect(await shop.refusal(Users.removeAddress, { id: kept[0]!.id }, me)).toBe("ADDRESS_NOT_FOUND");
	});

	test("addresses of another account are not found", async () => {
		const { userId } = await register(fresh());
		const kept = await shop.ask(Users.addAddress, mexico, asUser(ana));
		const eve = asUser(await shop.ask(Users.lookup, { userId }));
		expect(await shop.refusal(Users.updateAddress, { id: kept.id, city: "X" }, eve)).toBe("ADDRESS_NOT_FOUND");
		expect(await shop.refusal(Users.removeAddress, { id: kept.id }, eve)).toBe("ADDRESS_NOT_FOUND");
		expect((await shop.ask(Users.addresses, {}, eve)).items).toEqual([]);
	});

	test("an invalid country or cursor is rejected", async () => {
		const outcome = shop.ask(Users.addAddress, { ...mexico, country: "XX" }, asUser(ana));
		await expect(outcome).rejects.toMatchObject({ type: "VALIDATION_FAILED", data: { errors: [{ path: "/country" }] } });
		expect(await shop.refusal(Users.addresses, { cursor: "nonsense" }, asUser(ana))).toBe("VALIDATION_FAILED");
	});

	test("the export is complete or fails", async () => {
		await shop.ask(Users.addAddress, mexico, asUser(ana));
		expect(await shop.ask(Users.exportMe, {}, asUser(ana))).toMatchObject({
			user: { email: ana.email },
			addresses: [{ city: "Ciudad de México" }],
			orders: [],
			cart: null,
		});
		shop.others = false;
		const refusal = await shop.refusal(Users.exportMe, {}, asUser(ana));
		shop.others = true;
		expect(refusal).toBe("UNAVAILABLE");
	});
});

describe("a deleted account", () => {
	test("cannot be used, releases its address and leaves no personal data in the store", async () => {
		const email = "zacarias-the-forgotten@example.com";
		const { userId } = await shop.ask(Users.register, { email, password: PASSWORD, name: "Zacarias Inolvidable" });
		const me = asUser(await shop.ask(Users.lookup, { userId }));
		await shop.ask(Users.addAddress, { ...mexico, line1: "Calle Olvidada 77" }, me);
		await shop.ask(Users.deleteMe, {}, me);

		expect(await shop.refusal(Users.me, {}, me)).toBe("USER_NOT_FOUND");
		expect(await shop.refusal(Users.lookup, { userId })).toBe("USER_NOT_FOUND");
		expect(await shop.refusal(Users.checkPassword, { email, password: PASSWORD })).toBe("INVALID_CREDENTIALS");
		expect(await shop.refusal(Users.deleteMe, {}, me)).toBe("USER_NOT_FOUND");
		expect(shop.forgotten).toContain(userId);
		expect(await shop.fact(UserEvents.secured, { userId })).toMatchObject({ reason: "deleted" });
		expect((await shop.ask(Users.list, { email })).items).toEqual([]);

		const again = await register(email);
		expect(again.created).toBe(true);
		expect(again.userId).not.toBe(userId);
		await shop.ask(Users.deleteMe, {}, asUser(await shop.ask(Users.lookup, { userId: again.userId })));
		const rows = everything(shop.folder);
		expect(rows).toContain(userId);
		expect(rows).not.toMatch(/zacarias|Olvidada|Inolvidable/i);
	});

	test("is erased later if erasure fails at first", async () => {
		const { userId } = await register(fresh());
		shop.others = false;
		await shop.ask(Users.deleteMe, {}, asUser(await shop.ask(Users.lookup, { userId })));
		expect(shop.forgotten).not.toContain(userId);
		shop.others = true;
		const tick = setInterval(() => (shop.time.now += 100), 10);
		await eventually(() => shop.forgotten.includes(userId), "the erasure of the cart").finally(() => clearInterval(tick));
	});
});

describe("staff", () => {
	test("list accounts, newest first, by address or role", async () => {
		const wanted = fresh();
		shop.time.now += 1_000;
		const { userId } = await register(wanted);
		const page = await shop.ask(Users.list, { limit: 1 });
		expect(page.items.map(({ id }) => id)).toEqual([userId]);
		const ids: string[] = [];
		let cursor: string | null = null;
		do {
			const next: { items: User[]; nextCursor: string | null } = await shop.ask(Users.list, {
				limit: 3,
				...(cursor !== null && { cursor }),
			});
			ids.push(...next.items.map(({ id }) => id));
			cursor = next.nextCursor;
		} while (cursor !== null);
		expect(new Set(ids).size).toBe(ids.length);
		expect(ids).toContain((await boss()).id);
		expect((await shop.ask(Users.list, { email: wanted.toUpperCase() })).items.map(({ id }) => id)).toEqual([userId]);
		expect((await shop.ask(Users.list, { role: "admin" })).items.map(({ email }) => email)).toEqual(["boss@example.com"]);
		expect(await shop.refusal(Users.list, { cursor: "x" })).toBe("VALIDATION_FAILED");
	});

	test("change roles and disable accounts, and events are published", async () => {
		const email = fresh();
		const { userId } = await register(email);
		expect(await shop.ask(Users.update, { id: userId, role: "support" })).toMatchObject({ role: "support", version: 2 });
		expect(await shop.fact(UserEvents.secured, { userId })).toMatchObject({ reason: "roleChanged", stamp: 1 });
		expect(await shop.ask(Users.update, { id: userId, disabled: true })).toMatchObject({ disabled: true });
		expect(await shop.fact(UserEvents.secured, { userId, stamp: 2 })).toMatchObject({ reason: "disabled" });
		expect(await shop.refusal(Users.checkPassword, { email, password: PASSWORD })).toBe("INVALID_CREDENTIALS");
		await shop.ask(Users.update, { id: userId, disabled: false });
		expect((await shop.ask(Users.checkPassword, { email, password: PASSWORD })).stamp).toBe(2);
		expect(await shop.refusal(Users.update, { id: userId, role: "admin" }, { expected: 1 })).toBe("PRECONDITION_FAILED");
		expect(await shop.refusal(Users.update, { id: "usr_nobody", role: "admin" })).toBe("USER_NOT_FOUND");
	});
});

describe("administrators", () => {
	test("the first one is created once, with the password of the settings, and can log in", async () => {
		expect(await shop.ask(Users.ensureAdmin, {})).toEqual({ email: "boss@example.com", password: null, created: false });
		expect((await shop.ask(Users.checkPassword, { email: "boss@example.com", password: "boss-pass-9" })).user).toMatchObject({
			role: "admin",
			emailVerified: true,
		});
	});

	test("the last one cannot be removed", async () => {
		const { id } = await boss();
		for (const change of [{ role: "support" as const }, { disabled: true }])
			expect(await shop.refusal(Users.update, { id, ...change })).toBe("LAST_ADMINISTRATOR");
		expect(await shop.refusal(Users.deleteMe, {}, asUser(await boss()))).toBe("LAST_ADMINISTRATOR");
		expect(await shop.ask(Users.update, { id, role: "admin", disabled: false })).toMatchObject({ role: "admin" });
	});

	test("one of three remains if they disable, demote and delete each other concurrently", async () => {
		const others = await Promise.all([register(fresh()), register(fresh())]);
		for (const { userId } of others) await shop.ask(Users.update, { id: userId, role: "admin" });
		const [two, three] = others.map(({ userId }) => userId) as [string, string];
		const one = (await boss()).id;
		const refusals = await Promise.all([
			shop.refusal(Users.update, { id: one, disabled: true }),
			shop.refusal(Users.update, { id: two, role: "customer" }),
			shop.refusal(Users.deleteMe, {}, { principal: { kind: "user", id: three, role: "admin" } }),
		]);
		expect(refusals.filter((code) => code === "LAST_ADMINISTRATOR")).toHaveLength(1);
		const left = (await shop.ask(Users.list, { role: "admin" })).items.filter(({ disabled }) => !disabled);
		expect(left).toHaveLength(1);
		if (left[0]!.id !== one) await shop.ask(Users.update, { id: one, disabled: false });
		for (const id of [two, three]) if (left[0]!.id === id) await shop.ask(Users.update, { id, role: "customer" });
	});
});

test("without a configured password, a generated one is returned once", async () => {
	const other = await accounts();
	try {
		const [first, second] = await Promise.all([other.ask(Users.ensureAdmin, {}), other.ask(Users.ensureAdmin, {})]);
		const told = [first, second].flatMap(({ password }) => password ?? []);
		expect(told).toHaveLength(1);
		expect(told[0]!.length).toBeGreaterThanOrEqual(20);
		expect((await other.ask(Users.checkPassword, { email: first.email, password: told[0]! })).user.role).toBe("admin");
	} finally {
		await other.stop();
	}
});

test("the previous owner of the administrator's address loses access", async () => {
	const other = await accounts({ env: { ADMIN_EMAIL: "boss@example.com", ADMIN_PASSWORD: "boss-pass-9" } });
	try {
		await other.register("boss@example.com");
		expect(await other.ask(Users.ensureAdmin, {})).toMatchObject({ created: true, password: null });
		expect(await other.refusal(Users.checkPassword, { email: "boss@example.com", password: PASSWORD })).toBe("INVALID_CREDENTIALS");
		expect((await other.ask(Users.checkPassword, { email: "boss@example.com", password: "boss-pass-9" })).user.role).toBe("admin");
	} finally {
		await other.stop();
	}
});

/** All rows of all tables as text. */
const everything = (folder: string): string => {
	const database = new DatabaseSync(join(folder, "tianguis.db"), { readOnly: true });
	const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all() as { name: string }[];
	const text = tables
		.flatMap(({ name }) =>
			database
				.prepare(`SELECT * FROM ${name}`)
				.all()
				.map((row) => JSON.stringify(row)),
		)
		.join("\n");
	database.close();
	return text;
};
