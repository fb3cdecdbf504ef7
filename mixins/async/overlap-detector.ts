/**
 * Runs work and tells it whether other work of the same key was under way here when it came: two tabs that refresh at once overlap, a thief who comes
 * later does not, however little later.
 */
export const overlapping = () => {
	const underWay = new Map<string, number>();
	return async <T>(key: string, work: (overlaps: boolean) => Promise<T>): Promise<T> => {
		const others = underWay.get(key) ?? 0;
		underWay.set(key, others + 1);
		try {
			return await work(others > 0);
		} finally {
			const left = underWay.get(key)! - 1;
			if (left > 0) underWay.set(key, left);
			else underWay.delete(key);
		}
	};
};
