/** Work of which only so much is under way at once. */
export interface BoundedPool {
	/** Resolves when there was room and the work has begun. @throws what an earlier piece of work threw */
	add(work: () => Promise<void>): Promise<void>;
	/** What is under way. */
	running(): Promise<void>[];
	/** @throws what a piece of work threw */
	done(): Promise<void>;
}

export const boundedPool = (size: number): BoundedPool => {
	const under = new Set<Promise<void>>();
	let failure: { readonly cause: unknown } | undefined;
	const check = (): void => {
		if (failure) throw failure.cause;
	};
	return {
		async add(work) {
			while (under.size >= size) await Promise.race(under);
			check();
			const piece: Promise<void> = work()
				.catch((cause: unknown) => {
					failure ??= { cause };
				})
				.finally(() => under.delete(piece));
			under.add(piece);
		},
		running: () => [...under],
		async done() {
			await Promise.all(under);
			check();
		},
	};
};
