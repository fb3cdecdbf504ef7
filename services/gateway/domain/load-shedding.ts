import { PRIORITIES, type Priority } from "@kernel/contract";

/** From where on requests of a priority are turned away. */
export interface SheddingLimit {
	/** Length of the turns of the event loop that a request falls into, in milliseconds. */
	readonly lagMs: number;
	/** Requests that are being answered. */
	readonly inFlight: number;
	/** What their senders are told: the less it matters, the later. */
	readonly retryAfterSeconds: number;
}

export type SheddingLimits = Readonly<Record<Priority, SheddingLimit>>;

/** A crowd that buys makes the loop up to a second late, and all of it is served: only who looks around waits then. */
export const LIMITS: SheddingLimits = {
	browsing: { lagMs: 500, inFlight: 1_000, retryAfterSeconds: 5 },
	shopping: { lagMs: 2_000, inFlight: 2_000, retryAfterSeconds: 3 },
	buying: { lagMs: 5_000, inFlight: 4_000, retryAfterSeconds: 2 },
	vital: { lagMs: 10_000, inFlight: 8_000, retryAfterSeconds: 1 },
};

/** A priority is taken up again only where the lag is so much below its limit: at the limit it would come and go. */
const BACK_AT = 0.5;

/** How many priorities are given up, from the first, and what the last look at the event loop found. */
export interface Shedding {
	readonly level: number;
	/** Milliseconds. */
	readonly lag: number;
}

export const NO_SHEDDING: Shedding = { level: 0, lag: 0 };

/**
 * The state after another look at the event loop. Two looks in a row decide: what both find too late is given up, what both find calm is taken up
 * again. So one long stall is no overload, and an overload that has ended is over at the second look after it.
 */
export const nextShedding = ({ level, lag: before }: Shedding, lag: number, limits: SheddingLimits = LIMITS): Shedding => {
	const limit = (index: number): number => limits[PRIORITIES[index]!].lagMs;
	const [least, most] = [Math.min(before, lag), Math.max(before, lag)];
	let next = level;
	while (next < PRIORITIES.length && least >= limit(next)) next += 1;
	while (next > 0 && most < limit(next - 1) * BACK_AT) next -= 1;
	return { level: next, lag };
};

/** What is known when a request comes in. */
export interface LoadSample {
	/** Requests that are being answered. */
	readonly inFlight: number;
	/** For how long requests have been taken in this turn: while sockets bring more and more of them, the loop does not get to its timers for seconds. */
	readonly takingMs: number;
}

export const isAdmitted = (
	priority: Priority,
	{ level }: Shedding,
	{ inFlight, takingMs }: LoadSample,
	limits: SheddingLimits = LIMITS,
): boolean => {
	const limit = limits[priority];
	return PRIORITIES.indexOf(priority) >= level && inFlight <= limit.inFlight && takingMs <= limit.lagMs;
};
