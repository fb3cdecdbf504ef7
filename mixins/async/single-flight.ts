/** @param key what is asked: the same for the same answer */
export type SingleFlight = <T>(key: string, now: number, ask: () => Promise<T>) => Promise<T>;

interface Asking {
	readonly since: number;
	readonly answer: Promise<unknown>;
}

/** Who asks later than this asks for himself: the node that was asked may be gone. */
const SHARED_MS = 250;

/**
 * Whoever asks what somebody else is asking just now waits for the same answer, or refusal.
 *
 * @param joined told of each who does
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
