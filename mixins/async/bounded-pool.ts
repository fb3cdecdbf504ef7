export interface ConcurrencyLimitOptions {
	/** Maximum number of pieces of work that wait. Default: no limit. */
	readonly maxQueued?: number;
	/** Makes the error for work that exceeds `maxQueued`. */
	readonly onFull?: () => Error;
}

const freeSlots = (size: number, { maxQueued = Infinity, onFull = () => new Error("the queue is full") }: ConcurrencyLimitOptions = {}) => {
	const waiting: (() => void)[] = [];
	let taken = 0;
	return {
		async take(): Promise<void> {
			if (taken < size) {
				taken++;
				return;
			}
			if (waiting.length >= maxQueued) throw onFull();
			await new Promise<void>((go) => waiting.push(go));
		},
		/** Passes the slot to the longest waiting work, so that `taken` is unchanged, or frees it. */
		free(): void {
			const next = waiting.shift();
			if (next) next();
			else taken--;
		},
	};
};

/**
 * Runs work, at most so many pieces at once; the others wait in the order of the calls.
 *
 * @returns a function that resolves to the result of the work. It throws the error of the work, or that of `onFull` if the queue is full.
 */
export const concurrencyLimit = (size: number, options?: ConcurrencyLimitOptions): (<T>(work: () => Promise<T>) => Promise<T>) => {
	const slots = freeSlots(size, options);
	return async (work) => {
		await slots.take();
		try {
			return await work();
		} finally {
			slots.free();
		}
	};
};

/** Pool for one producer, which waits while the pool is full. */
export interface BoundedPool {
	/** Resolves when there was room and the work has begun. @throws what an earlier piece of work threw */
	add(work: () => Promise<void>): Promise<void>;
	/** The running pieces of work. */
	running(): Promise<void>[];
	/** Waits for all work. @throws what a piece of work threw */
	done(): Promise<void>;
}

export const boundedPool = (size: number): BoundedPool => {
	const slots = freeSlots(size);
	const inFlight = new Set<Promise<void>>();
	let failure: { readonly cause: unknown } | undefined;
	const check = (): void => {
		if (failure) throw failure.cause;
	};
	return {
		async add(work) {
			await slots.take();
			if (failure) slots.free();
			check();
			const piece: Promise<void> = work()
				.catch((cause: unknown) => {
					failure ??= { cause };
				})
				.finally(() => {
					inFlight.delete(piece);
					slots.free();
				});
			inFlight.add(piece);
		},
		running: () => [...inFlight],
		async done() {
			await Promise.all(inFlight);
			check();
		},
	};
};
