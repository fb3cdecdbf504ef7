/**
 * Runs work and tells it whether other work of the same key was under way here when it came: two tabs that refresh at once overlap, a thief who comes
 * later does not, however little later.
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
