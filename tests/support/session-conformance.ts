import { IDLE_MS } from "@services/auth/domain/session";
import { refreshTokens } from "@services/auth/refresh-tokens";
import type { SessionRepository } from "@services/auth/session-repository";
import { sessions, type Sessions } from "@services/auth/sessions";

const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

const tokens = refreshTokens("a secret that is only of these tests");
const hashOf = (token: string): string => tokens.read(token)!.hash;
export const cause = (at = 0) => ({ at, actor: "test", correlationId: "c", causationId: "c" });

/** Repositories of two nodes over the same sessions. A storage that serves only one node gives the same repository twice. */
export interface Homes {
	readonly nodes: readonly [SessionRepository, SessionRepository];
	dispose(): Promise<void>;
}

/** The contract of sessions, for every store and node. */
export const sessionConformance = (open: () => Promise<Homes>): void => {
	let homes: Homes;
	let a: Sessions;
	let b: Sessions;
	let count = 0;
	let user: string;
	/** The time at which requests are decided. */
	let now: number;

	/** Presents the token at time `at`; the request is decided at the same time. */
	const refresh = (on: Sessions, sessionId: string, token: string, at = 0, overlaps = false) => {
		now = at;
		return on.refresh(sessionId, { hash: hashOf(token), overlaps }, cause(at));
	};

	beforeAll(async () => {
		homes = await open();
		const [one, other] = homes.nodes;
		[a, b] = [sessions(one, tokens, () => now), sessions(other, tokens, () => now)];
	});
	beforeEach(() => {
		user = `usr_${++count}`;
	});
	afterAll(() => homes.dispose());

	const alive = async (sessionId: string) => [await a.isAlive(sessionId), await b.isAlive(sessionId)];

	test("what begins on one node is known on the other, and by its account", async () => {
		const { sessionId, refreshToken } = await a.begin(user, 3, cause());
		expect(tokens.read(refreshToken)).toMatchObject({ sessionId });
		expect(await alive(sessionId)).toEqual([true, true]);
		expect(await b.look(sessionId)).toMatchObject({ userId: user, stamp: 3 });
	});

	test("a refresh uses its token up; one that came in before that gets none, and ends nothing", async () => {
		const { sessionId, refreshToken } = await a.begin(user, 0, cause());
		const next = await refresh(b, sessionId, refreshToken, MINUTE_MS);
		expect(next).toBeDefined();
		now = MINUTE_MS + SECOND_MS;
		const early = { hash: hashOf(refreshToken), overlaps: false };
		expect(await a.refresh(sessionId, early, cause(MINUTE_MS - 5))).toBeUndefined();
		expect(await refresh(a, sessionId, refreshToken, MINUTE_MS + 5, true)).toBeUndefined();
		expect(await refresh(a, sessionId, next!, MINUTE_MS + 2 * SECOND_MS)).toBeDefined();
	});

	test.each([1, MINUTE_MS])(
		"a token that was used up %i ms before it came ends the session, on all nodes and for all its tokens",
		async (later) => {
			const { sessionId, refreshToken } = await a.begin(user, 0, cause());
			const next = await refresh(b, sessionId, refreshToken);
			expect(await refresh(a, sessionId, refreshToken, later)).toBeUndefined();
			expect(await alive(sessionId)).toEqual([false, false]);
			expect(await refresh(b, sessionId, next!, later)).toBeUndefined();
			expect(await b.look(sessionId)).toBeUndefined();
		},
	);

	test("of ten refreshes at once one wins, and its token is good", async () => {
		const { sessionId, refreshToken } = await a.begin(user, 0, cause());
		const all = Array.from({ length: 10 }, (_, n) => refresh(n % 2 ? a : b, sessionId, refreshToken, n, n > 0));
		const won = (await Promise.all(all)).filter((token) => token !== undefined);
		expect(won).toHaveLength(1);
		expect(await refresh(b, sessionId, won[0]!, MINUTE_MS)).toBeDefined();
	});

	test("after thirty idle days there is nothing to refresh", async () => {
		const { sessionId, refreshToken } = await a.begin(user, 0, cause());
		expect(await refresh(b, sessionId, refreshToken, IDLE_MS + 1)).toBeUndefined();
		expect(await alive(sessionId)).toEqual([false, false]);
	});

	test("an end holds at once on the other node, and for ever", async () => {
		const { sessionId, refreshToken } = await a.begin(user, 0, cause());
		expect(await alive(sessionId)).toEqual([true, true]);
		await b.end(sessionId, "loggedOut", cause());
		expect(await alive(sessionId)).toEqual([false, false]);
		await a.end(sessionId, "loggedOut", cause(1));
		expect(await refresh(a, sessionId, refreshToken, 2)).toBeUndefined();
	});

	test("an end and a question in the same instant: afterwards it is over", async () => {
		for (let round = 0; round < 50; round++) {
			const { sessionId } = await a.begin(user, 0, cause());
			await Promise.all([a.isAlive(sessionId), b.end(sessionId, "loggedOut", cause()), a.isAlive(sessionId)]);
			expect(await alive(sessionId)).toEqual([false, false]);
		}
	});

	test("an end and a refresh in the same instant: afterwards it is over", async () => {
		for (let round = 0; round < 50; round++) {
			const { sessionId, refreshToken } = await a.begin(user, 0, cause());
			const [, next] = await Promise.all([a.end(sessionId, "loggedOut", cause()), refresh(b, sessionId, refreshToken)]);
			expect(await alive(sessionId)).toEqual([false, false]);
			if (next !== undefined) expect(await refresh(b, sessionId, next, 1)).toBeUndefined();
		}
	});

	test("of an account, those of a lower stamp end, however many", async () => {
		const older = await Promise.all(Array.from({ length: 1_200 }, (_, n) => (n % 2 ? a : b).begin(user, 0, cause())));
		const newer = await a.begin(user, 1, cause());
		const others = await a.begin(`${user}_b`, 0, cause());
		await b.endAll(user, 1, cause());
		const still = await Promise.all([...older, newer, others].map(async ({ sessionId }) => a.isAlive(sessionId)));
		expect(still.filter(Boolean)).toHaveLength(2);
		expect(await a.look(newer.sessionId)).toMatchObject({ userId: user, stamp: 1 });
		expect(await a.look(others.sessionId)).toMatchObject({ userId: `${user}_b` });
	});

	test("one that was refreshed before belongs to its account still", async () => {
		const { sessionId, refreshToken } = await a.begin(user, 0, cause());
		await refresh(a, sessionId, refreshToken);
		await b.endAll(user, 1, cause());
		expect(await alive(sessionId)).toEqual([false, false]);
	});

	test("one that never began is none, and does not begin by being asked for", async () => {
		for (let time = 0; time < 2; time++) {
			expect(await alive("ses_none")).toEqual([false, false]);
			expect(await a.look("ses_none")).toBeUndefined();
			expect(await b.refresh("ses_none", { hash: "hash", overlaps: false }, cause())).toBeUndefined();
			await a.end("ses_none", "loggedOut", cause());
		}
	});
};
