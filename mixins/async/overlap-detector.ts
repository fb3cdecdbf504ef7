/**
 * Runs work and passes whether other work with the same key was running in this process at its start. Two tabs that refresh at once overlap; a stolen
 * token that is used later does not.
 */
export const overlapDetector = () => {
	const inFlight = new Map<string, number>();
	return async <T>(key: string, work: (overlaps: boolean) => Promise<T>): Promise<T> => {
		const others = inFlight.get(key) ?? 0;
		inFlight.set(key, others + 1);
		try {
			return await work(others > 0);
		} finally {
			const left = inFlight.get(key)! - 1;
			if (left > 0) inFlight.set(key, left);
			else inFlight.delete(key);
		}
	};
};
