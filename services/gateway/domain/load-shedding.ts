import { PRIORITIES, type Priority } from "@kernel/contract";

/** Limits above which requests of a priority are rejected. */
export interface SheddingLimit {
	/** Mean length in milliseconds of the event-loop turn that a request falls into. */
	readonly lagMs: number;
	/** Number of requests in flight. */
	readonly inFlight: number;
	/** Retry-After in seconds; longer for lower priorities. */
	readonly retryAfterSeconds: number;
}

export type SheddingLimits = Readonly<Record<Priority, SheddingLimit>>;

/** Peaks of checkouts delay the event loop by up to one second and are served; only `browsing` is shed then. */
export const LIMITS: SheddingLimits = {
	browsing: { lagMs: 500, inFlight: 1_000, retryAfterSeconds: 5 },
	shopping: { lagMs: 2_000, inFlight: 2_000, retryAfterSeconds: 3 },
	buying: { lagMs: 5_000, inFlight: 4_000, retryAfterSeconds: 2 },
	vital: { lagMs: 10_000, inFlight: 8_000, retryAfterSeconds: 1 },
};

/** Fraction of the limit below which a priority is admitted again. The gap prevents oscillation around the limit. */
const READMIT_AT = 0.5;

/** Number of rejected priorities, from the lowest, and the lag of the last sample. */
export interface Shedding {
	readonly level: number;
	/** In milliseconds. */
	readonly lag: number;
}

export const NO_SHEDDING: Shedding = { level: 0, lag: 0 };

/**
 * The state after a further sample. Two consecutive samples decide: a priority is rejected if both exceed its limit, and admitted again if
 * both are well below it. A single long stall therefore does not count as overload, and shedding ends with the second calm sample.
 */
export const nextShedding = ({ level, lag: before }: Shedding, lag: number, limits: SheddingLimits = LIMITS): Shedding => {
	const limit = (index: number): number => limits[PRIORITIES[index]!].lagMs;
	const [least, most] = [Math.min(before, lag), Math.max(before, lag)];
	let next = level;
	while (next < PRIORITIES.length && least >= limit(next)) next += 1;
	while (next > 0 && most < limit(next - 1) * READMIT_AT) next -= 1;
	return { level: next, lag };
};

/** Load at the arrival of a request. */
export interface LoadSample {
	/** Number of requests in flight. */
	readonly inFlight: number;
	/**
	 * Milliseconds for which the current turn has been accepting requests. While sockets keep delivering requests, timers of the event loop
	 * may not run for seconds.
	 */
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
