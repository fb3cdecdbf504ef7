/** Knows which keys have running work in this process. */
export interface OverlapDetector {
	/** Runs work and passes whether other work with the same key was running at its start. */
	run<T>(key: string, work: (overlaps: boolean) => Promise<T>): Promise<T>;
	isRunning(key: string): boolean;
}

export const overlapDetector = (): OverlapDetector => {
	const inFlight = new Map<string, number>();
	return {
		async run(key, work) {
			const others = inFlight.get(key) ?? 0;
			inFlight.set(key, others + 1);
			try {
				return await work(others > 0);
			} finally {
				const left = inFlight.get(key)! - 1;
				if (left > 0) inFlight.set(key, left);
				else inFlight.delete(key);
			}
		},
		isRunning: (key) => inFlight.has(key),
	};
};
