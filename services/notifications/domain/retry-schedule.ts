const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** After a failed attempt, until the next: a server that restarts, one that greylists, one that is mended next morning. A day in all. */
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

/** Longer than any attempt takes: the look-ups and the mail server's deadline together. */
export const LEASE_MS = 2 * MINUTE_MS;

/** @param attempt the one that failed; the first is 1 @returns milliseconds; undefined where it was the last */
export const delayAfter = (attempt: number): number | undefined => DELAYS_MS[attempt - 1];
