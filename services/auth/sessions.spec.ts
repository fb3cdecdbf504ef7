import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteStore } from "@mixins/store/sqlite";
import { describeWith, freshNamespace } from "@tests/support/engines";
import { keysOf, openRedis } from "@tests/support/redis";
import { cause, sessionConformance } from "@tests/support/session-conformance";
import { sessionKind } from "./auth.store";
import { IDLE_MS } from "./domain/session";
import { journalSessionRepository } from "./session-repository-journal";
import { redisSessionRepository } from "./session-repository-redis";
import { refreshTokens } from "./refresh-tokens";
import { sessions, type Sessions } from "./sessions";

const DAY_MS = 86_400_000;
const tokens = refreshTokens("a secret that is only of these tests");
const folder = mkdtempSync(join(tmpdir(), "sessions-"));
let file = 0;

const open = async (exclusive: boolean) => {
	const owned = sqliteStore(join(folder, `${++file}.db`));
	const store = exclusive ? owned : { ...owned, exclusive };
	const one = journalSessionRepository(store);
	const other = exclusive ? one : journalSessionRepository(store);
	await store.open();
	return { nodes: [one, other] as const, collection: store.collection(sessionKind), dispose: () => store.close() };
};

afterAll(() => {
	rmSync(folder, { recursive: true });
});

describe("sessions in an exclusive store", () => {
	sessionConformance(() => open(true));
});

describe("sessions in a shared store", () => {
	sessionConformance(() => open(false));
});

describeWith("redis", "sessions in a shared Redis", () => {
	const namespace = freshNamespace();
	sessionConformance(async () => {
		const [one, other] = [await openRedis(namespace), await openRedis(namespace)];
		return {
			nodes: [redisSessionRepository(one), redisSessionRepository(other)],
			dispose: () => {
				one.close();
				other.close();
				return Promise.resolve();
			},
		};
	});
});

describe("in a journal", () => {
	let all: Sessions;
	let opened: Awaited<ReturnType<typeof open>>;
	beforeEach(async () => {
		opened = await open(true);
		all = sessions(opened.nodes[0], tokens, () => DAY_MS);
	});
	afterEach(() => opened.dispose());

	test("sessions end after 30 idle days and are removed a day later", async () => {
		const idle = await all.begin("usr_a", 0, cause(0));
		const used = await all.begin("usr_a", 0, cause(0));
		const { hash } = tokens.read(used.refreshToken)!;
		await all.refresh(used.sessionId, { hash, overlaps: false }, cause(DAY_MS));

		await all.sweep(IDLE_MS + 1, cause(IDLE_MS + 1));
		expect(await all.isAlive(idle.sessionId)).toBe(false);
		expect(await all.isAlive(used.sessionId)).toBe(true);
		expect(await opened.collection.version(idle.sessionId)).toBe(2);

		await all.sweep(IDLE_MS + DAY_MS + 2, cause(IDLE_MS + DAY_MS + 2));
		expect(await opened.collection.version(idle.sessionId)).toBe(0);
		expect(await all.isAlive(idle.sessionId)).toBe(false);
	});

	test("a session that never began is not active", async () => {
		expect(await all.isAlive("ses_none")).toBe(false);
		expect(await all.look("ses_none")).toBeUndefined();
		await all.end("ses_none", "loggedOut", cause());
		expect(await opened.collection.version("ses_none")).toBe(0);
	});
});

describeWith("redis", "in Redis", () => {
	const DAYS_30 = IDLE_MS / 1_000;
	const namespace = freshNamespace();
	let redis: Awaited<ReturnType<typeof openRedis>>;
	let all: Sessions;
	beforeEach(async () => {
		redis = await openRedis(namespace);
		all = sessions(redisSessionRepository(redis), tokens, () => 0);
	});
	afterEach(() => {
		redis.close();
	});

	test("keys expire after 30 idle days, or one day after the end", async () => {
		const first = await all.begin("usr_a", 0, cause());
		const second = await all.begin("usr_a", 0, cause());
		await all.end(first.sessionId, "loggedOut", cause());
		const left = async (key: string) => redis.client.ttl(key);
		expect(await left(`session:${first.sessionId}`)).toBeGreaterThan(DAY_MS / 1_000 - 60);
		expect(await left(`session:${first.sessionId}`)).toBeLessThanOrEqual(DAY_MS / 1_000);
		for (const key of [`session:${second.sessionId}`, "sessions-of:usr_a"]) {
			expect(await left(key)).toBeGreaterThan(DAYS_30 - 60);
			expect(await left(key)).toBeLessThanOrEqual(DAYS_30);
		}
		expect(await redis.client.zrange("sessions-of:usr_a", 0, -1)).toEqual([second.sessionId]);
	});

	test("expired sessions are removed from the list of the account", async () => {
		await all.begin("usr_b", 0, cause());
		await redis.client.zadd("sessions-of:usr_b", Date.now() - 1_000, "ses_long_ago");
		const { sessionId } = await all.begin("usr_b", 0, cause());
		const listed = await redis.client.zrange("sessions-of:usr_b", 0, -1);
		expect(listed).toHaveLength(2);
		expect(listed).toContain(sessionId);
	});

	test("no usable token is stored", async () => {
		const { sessionId, refreshToken } = await all.begin("usr_c", 0, cause());
		const [, secret = "", seal = ""] = refreshToken.split(".");
		const kept = await redis.client.get(`session:${sessionId}`);
		expect(kept).toContain(tokens.read(refreshToken)!.hash);
		for (const part of [secret, seal]) expect(kept).not.toContain(part);
	});

	test("all keys have the namespace and a known prefix", async () => {
		await all.begin("usr_d", 0, cause());
		const kinds = (await keysOf(redis, namespace)).map((key) => key.split(":")[0]);
		expect(new Set(kinds)).toEqual(new Set(["session", "sessions-of"]));
	});
});
