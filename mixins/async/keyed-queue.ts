/** Runs work with the same key one after another, in the order of the calls; work with different keys runs concurrently. */
export interface KeyedQueue {
	/** @throws what the work throws, or what `onFull` throws where too many wait already */
	run<T>(key: string, work: () => Promise<T>): Promise<T>;
	/** Number of pieces of work of a key, including the running one. */
	size(key: string): number;
	/** Resolves when no work is running. */
	idle(): Promise<void>;
}

export interface KeyedQueueOptions {
	/** Maximum number of pieces of work per key, including the running one. Default: no limit. */
	readonly maxQueued?: number;
	/** Makes the error for work that exceeds `maxQueued`. */
	readonly onFull?: () => Error;
}

interface Line {
	last: Promise<unknown>;
	count: number;
}

/** The queue orders work within this process only. Versions decide conflicts between nodes. */
export const keyedQueue = ({ maxQueued = Infinity, onFull = () => new Error("the queue is full") }: KeyedQueueOptions = {}): KeyedQueue => {
	const lines = new Map<string, Line>();
	return {
		run<T>(key: string, work: () => Promise<T>): Promise<T> {
			const line = lines.get(key);
			if (line && line.count >= maxQueued) return Promise.reject(onFull());
			const mine = line ? line.last.then(work, work) : work();
			const current = line ?? { last: mine, count: 0 };
			current.last = mine;
			current.count++;
			lines.set(key, current);
			const done = (): void => {
				if (--current.count === 0 && lines.get(key) === current) lines.delete(key);
			};
			mine.then(done, done);
			return mine;
		},
		size: (key) => lines.get(key)?.count ?? 0,
		async idle() {
			while (lines.size > 0) await Promise.allSettled([...lines.values()].map(({ last }) => last));
		},
	};
};
