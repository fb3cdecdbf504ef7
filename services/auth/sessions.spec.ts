import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Store } from "@mixins/store/port";
import { sqliteStore } from "@mixins/store/sqlite";
import { sessionKind, type SessionCollection } from "./auth.store";
import { IDLE_MS } from "./domain/session";
import { refreshTokens } from "./refresh-tokens";
import { sessions, type Sessions } from "./sessions";

const DAY_MS = 86_400_000;
const cause = (at = 0) => ({ at, actor: "test", correlationId: "c", causationId: "c" });
const tokens = refreshTokens("a secret that is only of these tests");
const folder = mkdtempSync(join(tmpdir(), "sessions-"));
const stores: Store[] = [];
let all: Sessions;
let collection: SessionCollection;
let file = 0;

const open = async (name: string): Promise<Sessions> => {
	const store = sqliteStore(join(folder, name));
	stores.push(store);
	const made = sessions(store, tokens);
	collection = store.collection(sessionKind);
	await store.open();
	return made;
};

beforeEach(async () => {
	all = await open(`${++file}.db`);
});
afterEach(async () => {
	await Promise.all(stores.splice(0).map((store) => store.close()));
});
afterAll(() => {
	rmSync(folder, { recursive: true });
});

test("what is idle for thirty days ends, and a day after its end it is forgotten", async () => {
	const idle = await all.begin("usr_a", 0, cause(0));
	const used = await all.begin("usr_a", 0, cause(0));
	const { hash } = tokens.read(used.refreshToken)!;
	await all.refresh(used.sessionId, hash, cause(DAY_MS));

	await all.sweep(IDLE_MS + 1, cause(IDLE_MS + 1));
	expect(await all.isAlive(idle.sessionId)).toBe(false);
	expect(await all.isAlive(used.sessionId)).toBe(true);
	expect(await collection.version(idle.sessionId)).toBe(2);

	await all.sweep(IDLE_MS + DAY_MS + 2, cause(IDLE_MS + DAY_MS + 2));
	expect(await collection.version(idle.sessionId)).toBe(0);
	expect(await all.isAlive(idle.sessionId)).toBe(false);
});

test("of an account, those of a lower stamp end, however many", async () => {
	const older = await Promise.all(Array.from({ length: 1_200 }, () => all.begin("usr_a", 0, cause())));
	const newer = await all.begin("usr_a", 1, cause());
	const others = await all.begin("usr_b", 0, cause());
	await all.endAll("usr_a", 1, cause());
	const alive = await Promise.all([...older, newer, others].map(async ({ sessionId }) => all.isAlive(sessionId)));
	expect(alive.filter(Boolean)).toHaveLength(2);
	expect(await all.look(newer.sessionId)).toMatchObject({ userId: "usr_a", stamp: 1 });
	expect(await all.look(others.sessionId)).toMatchObject({ userId: "usr_b" });
});

test("an end and a question in the same instant: afterwards it is over", async () => {
	for (let round = 0; round < 50; round++) {
		const { sessionId } = await all.begin("usr_a", 0, cause());
		await Promise.all([all.isAlive(sessionId), all.end(sessionId, "loggedOut", cause()), all.isAlive(sessionId)]);
		expect(await all.isAlive(sessionId)).toBe(false);
	}
});

test("one that never began is none", async () => {
	expect(await all.isAlive("ses_none")).toBe(false);
	expect(await all.look("ses_none")).toBeUndefined();
	await all.end("ses_none", "loggedOut", cause());
	expect(await collection.version("ses_none")).toBe(0);
});
