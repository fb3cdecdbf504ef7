import { decider, assertNever } from "@kernel/decider";
import { reject } from "@kernel/rejection";

/** What was answered, to be answered again. */
export interface StoredAnswer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string | null;
}

/** One Idempotency-Key of one client for one address (draft-ietf-httpapi-idempotency-key-header). */
export interface IdempotencyKey {
	readonly phase: "free" | "running" | "answered";
	/** Of the request that it came with. */
	readonly fingerprint: string;
	/** Counts the runs: what an earlier one says when a later is under way is not heard. */
	readonly run: number;
	/** The start of the program that runs it. */
	readonly boot: string;
	readonly answer: StoredAnswer | null;
	/** Epoch ms of the last change. */
	readonly touchedAt: number;
}

export type IdempotencyEvent =
	| { readonly type: "idempotency.begun"; readonly fingerprint: string; readonly boot: string; readonly at: number }
	| { readonly type: "idempotency.answered"; readonly answer: StoredAnswer; readonly at: number }
	| { readonly type: "idempotency.released"; readonly at: number };

/**
 * So long a run is taken to be alive, where nobody knows better: longer than a request is let to run, since whoever comes again after its process died
 * has to wait for the end of it. It permits another run, which makes the same ids: nothing is done twice.
 */
export const LEASE_MS = 30_000;
export const KEPT_MS = 86_400_000;

const happened = (...events: IdempotencyEvent[]): readonly IdempotencyEvent[] => events;

interface Begin {
	readonly fingerprint: string;
	readonly boot: string;
	/** One process owns the store: a run of an earlier start is dead. */
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

/** Any run may say what the answer is: they make the same. */
const finish = ({ answer, at }: { answer: StoredAnswer; at: number }, state: IdempotencyKey) =>
	state.phase === "running" ? happened({ type: "idempotency.answered", answer, at }) : happened();

/**
 * It came to nothing that must be remembered: the key may be used again.
 *
 * @param by the run that says so, or the process that runs nothing under this key, although it may have begun to
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
