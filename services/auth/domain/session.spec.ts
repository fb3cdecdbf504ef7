import fc from "fast-check";
import { isRejection } from "@kernel/rejection";
import { forgettableAt, IDLE_MS, session, type Session, type SessionEvent } from "./session";

const { begin, end } = session.commands;
/** A refresh that arrives and is decided at the given time. */
const refresh = (asked: { presented: string; next: string; at: number; cameAt?: number; overlaps?: boolean }, state: Session) =>
	session.commands.refresh({ cameAt: asked.at, overlaps: false, ...asked }, state);
const given = (...past: SessionEvent[]): Session => past.reduce(session.evolve, session.initial("ses_1"));
const begun: SessionEvent = { type: "session.begun", userId: "usr_a", stamp: 0, hash: "h0", at: 0 };
const refreshed = (hash: string, at: number): SessionEvent => ({ type: "session.refreshed", hash, at });
const ended = (reason: "loggedOut" | "reused" | "idle" | "secured", at: number): SessionEvent => ({ type: "session.ended", reason, at });
const invalid = { rejected: "INVALID_CREDENTIALS", detail: {} };

test("a session can begin once", () => {
	expect(begin({ userId: "usr_a", stamp: 0, hash: "h0", at: 0 }, given())).toEqual([begun]);
	expect(begin({ userId: "usr_a", stamp: 0, hash: "h1", at: 0 }, given(begun))).toEqual(invalid);
});

describe("refresh", () => {
	test("exchanges the newest token for the next one", () => {
		expect(refresh({ presented: "h0", next: "h1", at: 60_000 }, given(begun))).toEqual([refreshed("h1", 60_000)]);
	});
	test("of two concurrent requests, the second is rejected and the session continues", () => {
		const state = given(begun, refreshed("h1", 60_000));
		expect(refresh({ presented: "h0", next: "h2", at: 60_005, cameAt: 59_998 }, state)).toEqual(invalid);
		expect(refresh({ presented: "h0", next: "h2", at: 60_005, overlaps: true }, state)).toEqual(invalid);
		expect(refresh({ presented: "h1", next: "h2", at: 60_010 }, state)).toHaveLength(1);
	});
	test.each([60_001, 70_000])("a token that was used before the request arrived ends the session (%i)", (at) => {
		const state = given(begun, refreshed("h1", 60_000));
		expect(refresh({ presented: "h0", next: "h2", at }, state)).toEqual([ended("reused", at)]);
		expect(
			refresh({ presented: "h1", next: "h2", at: 70_001 }, given(begun, refreshed("h1", 60_000), ended("reused", 70_000))),
		).toEqual(invalid);
	});
	test("concurrent requests are tolerated up to the maximum duration of a request", () => {
		const state = given(begun, refreshed("h1", 1_000), refreshed("h2", 20_000), refreshed("h3", 20_001));
		const early = { next: "h4", at: 20_002, cameAt: 900 };
		expect(refresh({ ...early, presented: "h2" }, state)).toEqual(invalid);
		expect(refresh({ ...early, presented: "h1" }, state)).toEqual(invalid);
		expect(refresh({ ...early, presented: "h0" }, state)).toEqual([ended("reused", 20_002)]);
	});
	test("a session cannot be refreshed after 30 idle days", () => {
		expect(refresh({ presented: "h0", next: "h1", at: IDLE_MS }, given(begun))).toEqual([refreshed("h1", IDLE_MS)]);
		expect(refresh({ presented: "h0", next: "h1", at: IDLE_MS + 1 }, given(begun))).toEqual([ended("idle", IDLE_MS + 1)]);
	});
});

test("an ended session does not end again", () => {
	expect(end({ reason: "loggedOut", at: 1 }, given(begun))).toEqual([ended("loggedOut", 1)]);
	expect(end({ reason: "secured", at: 2 }, given(begun, ended("loggedOut", 1)))).toEqual([]);
	expect(end({ reason: "secured", at: 2 }, given())).toEqual([]);
});

test("is kept while it can be active, and a day after its end", () => {
	expect(forgettableAt(given(begun, refreshed("h1", 500)))).toBe(500 + IDLE_MS);
	expect(forgettableAt(given(begun, ended("loggedOut", 500)))).toBe(500 + 86_400_000);
});

test("for any sequence: at most one token is valid, an end is final, and the state stays small", () => {
	const step = fc.record({ presented: fc.nat(30), wait: fc.constantFrom(0, 1, 5_000, 20_000) });
	fc.assert(
		fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
			let state = given(begun);
			let at = 0;
			let newest = 0;
			for (const { presented, wait } of steps) {
				at += wait;
				const token = Math.min(presented, newest);
				const before = { status: state.status, current: state.current };
				const outcome = refresh({ presented: `h${token}`, next: `h${newest + 1}`, at }, state);
				if (isRejection(outcome)) continue;
				state = outcome.reduce(session.evolve, state);
				expect(before.status).toBe("alive");
				expect(state.status === "alive").toBe(`h${token}` === before.current);
				if (state.status === "alive") newest++;
				expect(state.lately.every((used) => at - used.at < 10_000)).toBe(true);
			}
		}),
	);
});
