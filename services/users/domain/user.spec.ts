import fc from "fast-check";
import { isRejection } from "@kernel/rejection";
import { erased } from "./evolve";
import type { Address, Reason, User, UserEvent } from "./model";
import { MAX_ADDRESSES, user } from "./user";

const {
	register,
	abandon,
	repeatRegistration,
	setPassword,
	rehash,
	changeDetails,
	verifyEmail,
	keepAddress,
	changeAddress,
	removeAddress,
	administer,
	remove,
} = user.commands;
const given = (...past: UserEvent[]): User => structuredClone(past).reduce(user.evolve, user.initial("usr_ana"));

const account = { email: "ana@example.com", name: "Ana", role: "customer", emailVerified: false, passwordHash: "phc", at: 1_000 } as const;
const registered: UserEvent = { type: "user.registered", userId: "usr_ana", ...account };
const secured = (reason: Reason, stamp = 1): UserEvent => ({ type: "user.secured", userId: "usr_ana", reason, stamp });
const deleted: UserEvent[] = [{ type: "user.deleted" }, secured("deleted")];
const home: Address = { name: "Ana", line1: "Calle 1", city: "Ciudad de México", postalCode: "06000", country: "MX" };
const kept: UserEvent = { type: "user.addressKept", address: { ...home, id: "adr_1", sequence: 1 } };
const refusal = (rejected: string) => expect.objectContaining({ rejected }) as unknown;

describe("register", () => {
	test("creates an account", () => {
		expect(register(account, given())).toEqual([registered]);
	});
	test("is idempotent", () => {
		expect(register(account, given(registered))).toEqual([]);
	});
	test("is rejected for an abandoned id", () => {
		expect(register(account, given({ type: "user.abandoned" }))).toEqual(refusal("USER_NOT_FOUND"));
		expect(register(account, given(registered, ...deleted))).toEqual(refusal("USER_NOT_FOUND"));
	});
});

test("only an id without an account can be abandoned", () => {
	expect(abandon({}, given())).toEqual([{ type: "user.abandoned" }]);
	expect(abandon({}, given(registered))).toEqual([]);
});

test("the owner is notified of repeated registrations at a limited rate", () => {
	const told: UserEvent = { type: "user.registrationRepeated", userId: "usr_ana", at: 2_000_000 };
	expect(repeatRegistration({ at: 2_000_000 }, given(registered))).toEqual([told]);
	expect(repeatRegistration({ at: 2_000_001 }, given(registered, told))).toEqual([]);
	expect(repeatRegistration({ at: 4_000_000 }, given(registered, told))).toHaveLength(1);
});

test("a new password ends the sessions, a rehash does not", () => {
	expect(setPassword({ passwordHash: "new" }, given(registered))).toEqual([
		{ type: "user.passwordSet", passwordHash: "new" },
		secured("passwordChanged"),
	]);
	expect(rehash({ from: "phc", passwordHash: "phc2" }, given(registered))).toEqual([
		{ type: "user.passwordRehashed", passwordHash: "phc2" },
	]);
	expect(rehash({ from: "older", passwordHash: "phc2" }, given(registered))).toEqual([]);
});

test("name and language change separately, and only if they differ", () => {
	const spoken: UserEvent = { type: "user.localeChanged", locale: "es" };
	expect(changeDetails({ locale: "es" }, given(registered))).toEqual([spoken]);
	expect(changeDetails({ name: "Ana", locale: "es" }, given(registered, spoken))).toEqual([]);
	expect(given({ ...registered, locale: "es" }).locale).toBe("es");
});

test("an e-mail address is verified once, and only if it is still the same", () => {
	expect(verifyEmail({ email: "ana@example.com" }, given(registered))).toEqual([{ type: "user.emailVerified" }]);
	expect(verifyEmail({ email: "ana@example.com" }, given(registered, { type: "user.emailVerified" }))).toEqual([]);
	expect(verifyEmail({ email: "old@example.com" }, given(registered))).toEqual(refusal("INVALID_CREDENTIALS"));
});

describe("addresses", () => {
	test("are changed and removed only with the expected version", () => {
		const moved: UserEvent = {
			type: "user.addressChanged",
			address: { ...home, city: "Puebla", id: "adr_1", sequence: 1, version: 2 },
		};
		expect(changeAddress({ id: "adr_1", patch: { city: "Puebla" }, expected: 1 }, given(registered, kept))).toEqual([moved]);
		expect(changeAddress({ id: "adr_1", patch: {}, expected: 1 }, given(registered, kept, moved))).toEqual(
			refusal("PRECONDITION_FAILED"),
		);
		expect(removeAddress({ id: "adr_1", expected: 1 }, given(registered, kept, moved))).toEqual(refusal("PRECONDITION_FAILED"));
		expect(removeAddress({ id: "adr_1", expected: 2 }, given(registered, kept, moved))).toHaveLength(1);
	});
	test("are added, changed and removed", () => {
		expect(keepAddress({ id: "adr_1", address: home }, given(registered))).toEqual([kept]);
		expect(keepAddress({ id: "adr_1", address: home }, given(registered, kept))).toEqual([]);
		expect(changeAddress({ id: "adr_1", patch: { city: "Oaxaca", postalCode: "68000" } }, given(registered, kept))).toEqual([
			{
				type: "user.addressChanged",
				address: { ...home, city: "Oaxaca", postalCode: "68000", id: "adr_1", sequence: 1, version: 2 },
			},
		]);
		expect(removeAddress({ id: "adr_1" }, given(registered, kept))).toEqual([{ type: "user.addressRemoved", addressId: "adr_1" }]);
	});
	test("that do not exist are not found", () => {
		expect(changeAddress({ id: "adr_2", patch: {} }, given(registered, kept))).toEqual(refusal("ADDRESS_NOT_FOUND"));
		expect(removeAddress({ id: "adr_2" }, given(registered, kept))).toEqual(refusal("ADDRESS_NOT_FOUND"));
	});
	test("are validated, and so is the result of a change", () => {
		expect(keepAddress({ id: "adr_2", address: { ...home, country: "XX" } }, given(registered))).toEqual(refusal("VALIDATION_FAILED"));
		expect(changeAddress({ id: "adr_1", patch: { country: "GB" } }, given(registered, kept))).toMatchObject({
			rejected: "VALIDATION_FAILED",
			detail: { errors: [{ path: "/postalCode" }] },
		});
	});
	test("are limited in number", () => {
		const many = Array.from({ length: MAX_ADDRESSES }, (_, index): UserEvent => ({
			type: "user.addressKept",
			address: { ...home, id: `adr_${index}`, sequence: index + 1 },
		}));
		expect(keepAddress({ id: "adr_new", address: home }, given(registered, ...many))).toEqual(refusal("VALIDATION_FAILED"));
		expect(keepAddress({ id: "adr_new", address: home }, given(registered, ...many.slice(1)))).toMatchObject([
			{ address: { sequence: MAX_ADDRESSES + 1 } },
		]);
	});
});

describe("administer", () => {
	test("a change of role ends the sessions", () => {
		expect(administer({ role: "support" }, given(registered))).toEqual([
			{ type: "user.roleChanged", role: "support" },
			secured("roleChanged"),
		]);
	});
	test("disabling ends the sessions, enabling does not", () => {
		expect(administer({ disabled: true }, given(registered))).toEqual([{ type: "user.disabled" }, secured("disabled")]);
		expect(administer({ disabled: false }, given(registered, { type: "user.disabled" }))).toEqual([{ type: "user.enabled" }]);
	});
	test("changing both ends the sessions once, with a new stamp each time", () => {
		const first = administer({ role: "support", disabled: true }, given(registered));
		expect(first).toEqual([{ type: "user.roleChanged", role: "support" }, { type: "user.disabled" }, secured("disabled")]);
		expect(administer({ role: "admin" }, given(registered, ...(first as UserEvent[])))).toContainEqual(secured("roleChanged", 2));
	});
	test("has no effect if nothing differs", () => {
		expect(administer({ role: "customer", disabled: false }, given(registered))).toEqual([]);
	});
});

describe("a deleted account", () => {
	const state = () => given(registered, kept, ...deleted);
	test("contains no personal data", () => {
		expect(JSON.stringify(state())).not.toMatch(/ana@|"Ana"|Calle|phc/);
	});
	test("rejects all commands", () => {
		for (const outcome of [
			remove({}, state()),
			changeDetails({ name: "Bo" }, state()),
			setPassword({ passwordHash: "x" }, state()),
			verifyEmail({ email: "" }, state()),
			keepAddress({ id: "adr_9", address: home }, state()),
			removeAddress({ id: "adr_1" }, state()),
			administer({ disabled: false }, state()),
		])
			expect(outcome).toEqual(refusal("USER_NOT_FOUND"));
		expect(rehash({ from: "", passwordHash: "x" }, state())).toEqual([]);
	});
});

/** An arbitrary journal of an account that ends with its deletion. */
const life = fc
	.array(
		fc.oneof(
			fc.record({
				name: fc.constant("changeDetails" as const),
				command: fc.record({ name: fc.string({ minLength: 1 }), locale: fc.constantFrom("en", "es") }),
			}),
			fc.record({ name: fc.constant("setPassword" as const), command: fc.record({ passwordHash: fc.string({ minLength: 8 }) }) }),
			fc.record({
				name: fc.constant("keepAddress" as const),
				command: fc.record({ id: fc.constantFrom("adr_a", "adr_b"), address: fc.constant(home) }),
			}),
			fc.record({
				name: fc.constant("changeAddress" as const),
				command: fc.record({ id: fc.constantFrom("adr_a", "adr_b"), patch: fc.record({ city: fc.string() }) }),
			}),
			fc.record({ name: fc.constant("removeAddress" as const), command: fc.record({ id: fc.constantFrom("adr_a", "adr_b") }) }),
			fc.record({
				name: fc.constant("administer" as const),
				command: fc.record({ disabled: fc.boolean(), role: fc.constantFrom("admin" as const, "customer" as const) }),
			}),
		),
		{ maxLength: 20 },
	)
	.map((steps) => {
		const events: UserEvent[] = [registered];
		for (const { name, command } of [...steps, { name: "remove" as const, command: {} }]) {
			const decide = user.commands[name] as (command: unknown, state: User) => readonly UserEvent[] | { rejected: string };
			const outcome = decide(command, given(...events));
			if (!isRejection(outcome)) events.push(...(outcome as readonly UserEvent[]));
		}
		return events;
	});

test("replaying the erased journal of a deleted account gives the same state", () => {
	fc.assert(
		fc.property(life, (events) => {
			const without = events.map(erased);
			expect(given(...without)).toEqual(given(...events));
			expect(without.map(({ type }) => type)).toEqual(events.map(({ type }) => type));
			expect(JSON.stringify(without)).not.toMatch(/ana@|"Ana"|Calle/);
		}),
	);
});
