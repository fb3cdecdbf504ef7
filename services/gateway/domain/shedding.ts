import { PRIORITIES, type Priority } from "@kernel/contract";

/** From where on requests of a priority are turned away. */
export interface Limit {
	/** How late the event loop is with everything, on average over some time. */
	readonly lagMs: number;
	/** Requests that are being answered. */
	readonly inFlight: number;
	/** What their senders are told: the less it matters, the later. */
	readonly retryAfterSeconds: number;
}

export type Limits = Readonly<Record<Priority, Limit>>;

/** A crowd that buys makes the loop up to a second late, and all of it is served: only who looks around waits then. */
export const LIMITS: Limits = {
	browsing: { lagMs: 500, inFlight: 1_000, retryAfterSeconds: 5 },
	shopping: { lagMs: 2_000, inFlight: 2_000, retryAfterSeconds: 3 },
	buying: { lagMs: 5_000, inFlight: 4_000, retryAfterSeconds: 2 },
	vital: { lagMs: 10_000, inFlight: 8_000, retryAfterSeconds: 1 },
};

/** What has been given up comes back only when the lag is so much below its limit: else it would come and go with itself. */
const BACK_AT = 0.5;
/** Of the newest look. One long moment is no overload, and one short one no end of it: who was turned away is about to come back. */
const RISING = 0.5;
const FALLING = 0.15;

/** What a node that is late has given up: how many priorities, from the first. */
export interface Shedding {
	readonly level: number;
	/** Milliseconds. */
	readonly lag: number;
}

export const CALM: Shedding = { level: 0, lag: 0 };

/** What follows from another look at how late the loop is. */
export const looked = ({ level, lag: before }: Shedding, lagMs: number, limits: Limits = LIMITS): Shedding => {
	const lag = before + (lagMs - before) * (lagMs > before ? RISING : FALLING);
	const limit = (index: number): number => limits[PRIORITIES[index]!].lagMs;
	let next = level;
	while (next < PRIORITIES.length && lag >= limit(next)) next += 1;
	while (next > 0 && lag < limit(next - 1) * BACK_AT) next -= 1;
	return { level: next, lag };
};

/** What is known when a request comes in. */
export interface Moment {
	/** Requests that are being answered. */
	readonly inFlight: number;
	/** How long the next look at the loop is overdue: where sockets have more and more to bring, the loop does not get to anything else for seconds. */
	readonly overdueMs: number;
}

export const admits = (priority: Priority, { level }: Shedding, { inFlight, overdueMs }: Moment, limits: Limits = LIMITS): boolean => {
	const limit = limits[priority];
	return PRIORITIES.indexOf(priority) >= level && inFlight <= limit.inFlight && overdueMs <= limit.lagMs;
};
