export interface BulkheadOptions {
	/** Maximum number of calls that run at the same time. */
	readonly concurrency: number;
	/** Maximum number of waiting calls. Further calls are rejected. */
	readonly queue: number;
}

/** Limits the concurrency of one action, so that it cannot use all resources of a node. */
export interface Bulkhead {
	/**
	 * Runs `start` now or later, in order of arrival. Every started call must `leave`.
	 *
	 * @returns false if the queue is full; `start` is then never called
	 */
	enter(start: () => void): boolean;
	leave(): void;
	/** Removes a waiting call. */
	giveUp(start: () => void): void;
}

export const bulkhead = ({ concurrency, queue }: BulkheadOptions): Bulkhead => {
	const waiting = new Set<() => void>();
	let running = 0;
	return {
		enter(start) {
			if (running < concurrency) {
				running += 1;
				start();
				return true;
			}
			if (waiting.size >= queue) return false;
			waiting.add(start);
			return true;
		},
		leave() {
			const [next] = waiting;
			if (next === undefined) {
				running -= 1;
				return;
			}
			waiting.delete(next);
			next();
		},
		giveUp: (start) => void waiting.delete(start),
	};
};
