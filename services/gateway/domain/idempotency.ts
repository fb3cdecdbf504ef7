import { decider, assertNever } from "@kernel/decider";
import { reject } from "@kernel/rejection";

/** A stored response that is replayed. */
export interface StoredAnswer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string | null;
}

/** One Idempotency-Key of one client for one method and path (draft-ietf-httpapi-idempotency-key-header). */
export interface IdempotencyKey {
	readonly phase: "free" | "running" | "answered";
	/** Fingerprint of the first request. */
	readonly fingerprint: string;
	/** Number of the current run. A release by an earlier run is ignored. */
	readonly run: number;
	/** Id of the process start that executes the run. */
	readonly boot: string;
	readonly answer: StoredAnswer | null;
	/** Time of the last change in epoch milliseconds. */
	readonly touchedAt: number;
}

export type IdempotencyEvent =
	| { readonly type: "idempotency.begun"; readonly fingerprint: string; readonly boot: string; readonly at: number }
	| { readonly type: "idempotency.answered"; readonly answer: StoredAnswer; readonly at: number }
	| { readonly type: "idempotency.released"; readonly at: number };

/**
 * Lease of a run in milliseconds. It exceeds the time limit of requests. If the process crashes, a repetition must wait for its end. A
 * further run derives the same ids, so nothing happens twice.
 */
export const LEASE_MS = 30_000;
export const KEPT_MS = 86_400_000;

const happened = (...events: IdempotencyEvent[]): readonly IdempotencyEvent[] => events;

interface Begin {
	readonly fingerprint: string;
	readonly boot: string;
	/** Whether one process owns the store. Runs of earlier process starts are then dead. */
	readonly exclusive: boolean;
	readonly at: number;
}

const isAlive = ({ boot, touchedAt }: IdempotencyKey, { boot: ours, exclusive, at }: Begin): boolean =>
	exclusive && boot !== ours ? false : at - touchedAt < LEASE_MS;

const begin = (asked: Begin, state: IdempotencyKey) => {
	const { fingerprint, boot, at } = asked;
	const begun = happened({ type: "idempotency.begun", fingerprint, boot, at });
	if (state.phase === "free") return begun;
	if (state.fingerprint !== fingerprint) return reject("IDEMPOTENCY_KEY_REUSED");
	if (state.phase === "answered") return happened();
	return isAlive(state, asked) ? reject("IDEMPOTENCY_IN_PROGRESS", { retryAfterSeconds: 1 }) : begun;
};

/** Any run may store the response, because all runs derive the same one. */
const finish = ({ answer, at }: { answer: StoredAnswer; at: number }, state: IdempotencyKey) =>
	state.phase === "running" ? happened({ type: "idempotency.answered", answer, at }) : happened();

/**
 * Releases the key without a stored response.
 *
 * @param by the run that releases, or the process start that executes no run under this key although it may have begun one
 */
const release = ({ by, at }: { by: { readonly run: number } | { readonly boot: string }; at: number }, state: IdempotencyKey) =>
	state.phase === "running" && ("run" in by ? state.run === by.run : state.boot === by.boot)
		? happened({ type: "idempotency.released", at })
		: happened();

const expire = ({ at }: { at: number }, state: IdempotencyKey) =>
	state.phase !== "free" && at - state.touchedAt >= KEPT_MS ? happened({ type: "idempotency.released", at }) : happened();

const evolve = (state: IdempotencyKey, event: IdempotencyEvent): IdempotencyKey => {
	const touchedAt = event.at;
	switch (event.type) {
		case "idempotency.begun":
			return { ...state, touchedAt, phase: "running", fingerprint: event.fingerprint, boot: event.boot, run: state.run + 1 };
		case "idempotency.answered":
			return { ...state, touchedAt, phase: "answered", answer: event.answer };
		case "idempotency.released":
			return { ...state, touchedAt, phase: "free", answer: null };
		default:
			return assertNever(event);
	}
};

export const idempotencyKey = decider<IdempotencyKey, IdempotencyEvent>()({
	initial: () => ({ phase: "free", fingerprint: "", run: 0, boot: "", answer: null, touchedAt: 0 }),
	commands: { begin, finish, release, expire },
	evolve,
});
