export interface BulkheadOptions {
	/** Calls that run at once. */
	readonly concurrency: number;
	/** Calls that wait; one more is refused. */
	readonly queue: number;
}

/** Keeps one action from taking all there is of a node. */
export interface Bulkhead {
	/**
	 * Runs `start` now, or when it is its turn; whoever has started must `leave`.
	 *
	 * @returns false: too many wait
	 */
	enter(start: () => void): boolean;
	leave(): void;
	/** It no longer waits. */
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
