/** @param key identifies the request; equal keys share a result */
export type SingleFlight = <T>(key: string, now: number, ask: () => Promise<T>) => Promise<T>;

interface Asking {
	readonly since: number;
	readonly answer: Promise<unknown>;
}

/** Age in ms up to which a running request is shared. The node that handles an older one may have failed. */
const SHARED_MS = 250;

/**
 * Shares the result or error of a running request with later requests for the same key.
 *
 * @param joined called for each request that shares a result
 */
export const singleFlight = (joined: () => void): SingleFlight => {
	const flying = new Map<string, Asking>();
	return <T>(key: string, now: number, ask: () => Promise<T>): Promise<T> => {
		const other = flying.get(key);
		if (other && now - other.since < SHARED_MS) {
			joined();
			return other.answer as Promise<T>;
		}
		const answer = ask().finally(() => {
			if (flying.get(key)?.answer === answer) flying.delete(key);
		});
		flying.set(key, { since: now, answer });
		return answer;
	};
};
