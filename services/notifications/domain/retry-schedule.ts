const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Delays after failed attempts, about a day in total. They cover a server restart, greylisting, and an outage overnight. */
const DELAYS_MS = [
	5 * SECOND_MS,
	30 * SECOND_MS,
	2 * MINUTE_MS,
	10 * MINUTE_MS,
	30 * MINUTE_MS,
	HOUR_MS,
	2 * HOUR_MS,
	4 * HOUR_MS,
	8 * HOUR_MS,
	8 * HOUR_MS,
] as const;

export const MAX_ATTEMPTS = DELAYS_MS.length + 1;

/** Exceeds the duration of an attempt: the queries of other services and the mail server's timeout together. */
export const LEASE_MS = 2 * MINUTE_MS;

/** @param attempt number of the failed attempt, from 1 @returns milliseconds until the next attempt; undefined if it was the last */
export const delayAfter = (attempt: number): number | undefined => DELAYS_MS[attempt - 1];
