import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Store } from "@mixins/store/port";
import { sqliteStore } from "@mixins/store/sqlite";
import { usersContext, readByEmail, type UsersContext } from "./context";
import { emailClaim } from "./domain/email";
import { openAccount } from "./registration";

const EMAIL = "ana@example.com";
const cause = { at: 1, actor: "test", correlationId: "c", causationId: "c" };
const ana = { email: EMAIL, name: "Ana", role: "customer", emailVerified: false, passwordHash: "phc" } as const;
const folder = mkdtempSync(join(tmpdir(), "registration-"));
let store: Store;
let home: UsersContext;

beforeEach(async () => {
	store = sqliteStore(join(folder, `${expect.getState().currentTestName?.replace(/\W/g, "")}.db`));
	home = usersContext(store);
	await store.open();
});
afterEach(() => store.close());
afterAll(() => {
	rmSync(folder, { recursive: true });
});

const register = (id: string) => home.actors.send(id, "register", { ...ana, at: 1 }, () => "registered", cause);
const whose = () => readByEmail(home, EMAIL, ({ id }) => id);

test("takes over a claim without an account", async () => {
	await home.names.claim(emailClaim(EMAIL), "usr_dead", cause);
	const { userId, created } = await openAccount(home, ana, undefined, cause);
	expect(created).toBe(true);
	expect(await whose()).toBe(userId);
});

test("a registration whose claim was taken over fails", async () => {
	await home.names.claim(emailClaim(EMAIL), "usr_slow", cause);
	const { userId } = await openAccount(home, ana, undefined, cause);
	expect(await register("usr_slow")).toMatchObject({ rejected: "USER_NOT_FOUND" });
	expect(await whose()).toBe(userId);
});

test("a slow registration that completes keeps its claim", async () => {
	await home.names.claim(emailClaim(EMAIL), "usr_slow", cause);
	const [, opened] = await Promise.all([register("usr_slow"), openAccount(home, ana, undefined, cause)]);
	expect(opened).toEqual({ userId: "usr_slow", created: false });
	expect(await whose()).toBe("usr_slow");
});

test("an address has one account despite slow and crashed registrations", async () => {
	await home.names.claim(emailClaim(EMAIL), "usr_dead", cause);
	const opened = await Promise.all(Array.from({ length: 30 }, () => openAccount(home, ana, undefined, cause)));
	expect(opened.filter(({ created }) => created)).toHaveLength(1);
	expect(await home.collection.count({ email: EMAIL })).toBe(1);
});

test("takes over the claim of a deleted account that was not released", async () => {
	const first = await openAccount(home, ana, undefined, cause);
	await home.actors.send(first.userId, "remove", {}, () => null, cause);
	const second = await openAccount(home, ana, undefined, cause);
	expect(second.created).toBe(true);
	expect(await whose()).toBe(second.userId);
});
