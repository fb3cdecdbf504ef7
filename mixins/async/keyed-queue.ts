/** Work with the same key runs one after the other, in the order in which it came; with other keys, at the same time. */
export interface KeyedQueue {
	run<T>(key: string, work: () => Promise<T>): Promise<T>;
	/** Resolves when nothing is under way. */
	idle(): Promise<void>;
}

export const keyedQueue = (): KeyedQueue => {
	const last = new Map<string, Promise<unknown>>();
	return {
		run(key, work) {
			const before = last.get(key);
			const mine = before ? before.then(work, work) : work();
			last.set(key, mine);
			const done = (): void => {
				if (last.get(key) === mine) last.delete(key);
			};
			mine.then(done, done);
			return mine;
		},
		async idle() {
			while (last.size > 0) await Promise.allSettled(last.values());
		},
	};
};
