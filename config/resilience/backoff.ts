const FIRST_MS = 50;
const MAX_MS = 1_000;

/** Maximum number of retries of a call. */
export const MAX_RETRIES = 3;

/**
 * Delay before the nth retry (1 is the first), in milliseconds. Half of the exponential delay is fixed and half is random, so that calls that failed
 * together are not retried together.
 *
 * @param chance random number, at least 0 and below 1
 */
export const backoffMs = (retry: number, chance: number): number => {
	const maxMs = Math.min(FIRST_MS * 2 ** (retry - 1), MAX_MS);
	return maxMs / 2 + (maxMs / 2) * chance;
};
