import fc from "fast-check";
import { idempotencyKey, KEPT_MS, LEASE_MS, type IdempotencyEvent } from "./idempotency";

const { begin, finish, release, expire } = idempotencyKey.commands;
const given = (...past: IdempotencyEvent[]) => past.reduce(idempotencyKey.evolve, idempotencyKey.initial("key"));

const asked = { fingerprint: "a", boot: "one", exclusive: true, at: 1_000 };
const begun: IdempotencyEvent = { type: "idempotency.begun", fingerprint: "a", boot: "one", at: 1_000 };
const answer = { status: 201, headers: {}, body: "{}" };
const answered: IdempotencyEvent = { type: "idempotency.answered", answer, at: 1_100 };
const released: IdempotencyEvent = { type: "idempotency.released", at: 1_100 };

describe("begin", () => {
	test("runs a new key", () => {
		expect(begin(asked, given())).toEqual([begun]);
	});

	test("does not run a key with a stored response", () => {
		expect(begin({ ...asked, at: 9_000 }, given(begun, answered))).toEqual([]);
	});

	test("rejects another request under the same key, running or answered", () => {
		for (const state of [given(begun), given(begun, answered)])
			expect(begin({ ...asked, fingerprint: "b" }, state)).toMatchObject({ rejected: "IDEMPOTENCY_KEY_REUSED" });
	});

	test("accepts another request after a release", () => {
		expect(begin({ ...asked, fingerprint: "b" }, given(begun, released))).toHaveLength(1);
	});

	test("rejects repetitions while the first request runs", () => {
		expect(begin({ ...asked, at: 1_000 + LEASE_MS - 1 }, given(begun))).toMatchObject({
			rejected: "IDEMPOTENCY_IN_PROGRESS",
			detail: { retryAfterSeconds: 1 },
		});
	});

	test("runs again if the first run must have ended", () => {
		expect(begin({ ...asked, at: 1_000 + LEASE_MS }, given(begun))).toHaveLength(1);
		expect(begin({ ...asked, boot: "two", at: 1_001 }, given(begun))).toHaveLength(1);
	});

	test("respects a run of another process if the store is shared", () => {
		expect(begin({ ...asked, boot: "two", exclusive: false, at: 1_001 }, given(begun))).toMatchObject({
			rejected: "IDEMPOTENCY_IN_PROGRESS",
		});
	});
});

test("a superseded run releases nothing", () => {
	const again: IdempotencyEvent = { ...begun, boot: "two", at: 2_000 };
	expect(release({ by: { run: 1 }, at: 3_000 }, given(begun, again))).toEqual([]);
	expect(release({ by: { run: 2 }, at: 3_000 }, given(begun, again))).toHaveLength(1);
});

test("a process without a run under a key releases only what it began", () => {
	expect(release({ by: { boot: "two" }, at: 3_000 }, given(begun))).toEqual([]);
	expect(release({ by: { boot: begun.boot }, at: 3_000 }, given(begun))).toHaveLength(1);
	expect(release({ by: { boot: begun.boot }, at: 3_000 }, given(begun, answered))).toEqual([]);
});

test("the first response is kept", () => {
	expect(finish({ answer, at: 1_100 }, given(begun))).toEqual([answered]);
	expect(finish({ answer: { ...answer, status: 409 }, at: 1_200 }, given(begun, answered))).toEqual([]);
	expect(release({ by: { run: 1 }, at: 1_200 }, given(begun, answered))).toEqual([]);
});

test("a key expires after a day, not before", () => {
	expect(expire({ at: 1_100 + KEPT_MS - 1 }, given(begun, answered))).toEqual([]);
	const expired = expire({ at: 1_100 + KEPT_MS }, given(begun, answered));
	expect(given(begun, answered, ...(expired as IdempotencyEvent[]))).toMatchObject({ phase: "free", answer: null });
});

test("in any sequence a key yields one response, for one request only", () => {
	const command = fc.oneof(
		fc.record({
			kind: fc.constant("begin" as const),
			fingerprint: fc.constantFrom("a", "b"),
			boot: fc.constantFrom("one", "two"),
			wait: fc.integer({ min: 0, max: LEASE_MS * 2 }),
		}),
		fc.record({
			kind: fc.constantFrom("finish" as const, "release" as const),
			run: fc.integer({ min: 1, max: 4 }),
			status: fc.integer({ min: 200, max: 499 }),
		}),
	);
	fc.assert(
		fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
			let at = 1;
			let state = given();
			let kept: { status: number | undefined; fingerprint: string } | undefined;
			for (const asked of commands) {
				if (asked.kind === "begin") at += asked.wait;
				const outcome =
					asked.kind === "begin"
						? begin({ ...asked, exclusive: true, at }, state)
						: asked.kind === "finish"
							? finish({ answer: { status: asked.status, headers: {}, body: null }, at }, state)
							: release({ by: { run: asked.run }, at }, state);
				if (Array.isArray(outcome)) state = (outcome as IdempotencyEvent[]).reduce(idempotencyKey.evolve, state);
				if (kept) expect({ status: state.answer?.status, fingerprint: state.fingerprint }).toEqual(kept);
				else if (state.phase === "answered") kept = { status: state.answer?.status, fingerprint: state.fingerprint };
			}
		}),
	);
});
