const FIRST_MS = 50;
const MAX_MS = 1_000;

/** How many times a call is sent again at most. */
export const MAX_RETRIES = 3;

/**
 * How long to wait before the nth retry (1 is the first): half of it grows, half is chance, so that those who failed together do not come
 * back together.
 *
 * @param chance from 0 up to 1
 */
export const backoffMs = (retry: number, chance: number): number => {
	const most = Math.min(FIRST_MS * 2 ** (retry - 1), MAX_MS);
	return most / 2 + (most / 2) * chance;
};
