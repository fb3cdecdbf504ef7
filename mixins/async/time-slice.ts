import { performance } from "node:perf_hooks";

/** Budget in ms of all background work in one turn of the event loop (docs/adr/0031). */
const SLICE_MS = 5;

const waiting: (() => void)[] = [];
/** Index of the first waiting piece. */
let first = 0;
let isScheduled = false;
let endsAt = 0;

/** Resumes one piece. A tick queued by a microtask runs after all microtasks, that is, when the piece waits for something. */
const step = (): void => {
	waiting[first++]!();
	queueMicrotask(() => {
		process.nextTick(afterStep);
	});
};

const afterStep = (): void => {
	if (first === waiting.length) {
		waiting.length = first = 0;
		isScheduled = false;
	} else if (performance.now() < endsAt) step();
	else setImmediate(beginSlice);
};

const beginSlice = (): void => {
	waiting.splice(0, first);
	first = 0;
	endsAt = performance.now() + SLICE_MS;
	step();
};

/** Items that are started together. */
const GO = 16;

/**
 * Resolves when background work may continue, in the order of the calls: in this turn of the event loop, or in a later one if the budget of this turn is
 * used up. Call it between pieces of less than 2 ms.
 */
export const timeSlice = (): Promise<void> =>
	new Promise((resolve) => {
		waiting.push(resolve);
		if (isScheduled) return;
		isScheduled = true;
		setImmediate(beginSlice);
	});

/** Promise.allSettled for long lists: starts work on a few items per slice and waits for all of it. */
export const settledInSlices = async <T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<PromiseSettledResult<R>[]> => {
	const begun: Promise<PromiseSettledResult<R>[]>[] = [];
	for (let start = 0; start < items.length; start += GO) {
		if (start > 0) await timeSlice();
		begun.push(Promise.allSettled(items.slice(start, start + GO).map(work)));
	}
	return (await Promise.all(begun)).flat();
};

/** Promise.all for long lists. @throws the first error, after all work has ended */
export const inSlices = async <T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> =>
	(await settledInSlices(items, work)).map((outcome) => {
		if (outcome.status === "rejected") throw outcome.reason;
		return outcome.value;
	});

/** Items that are tested together. */
const LOOKED_AT = 256;

type Compare<T> = (a: T, b: T) => number;

const mergeInSlices = async <T>(left: readonly T[], right: readonly T[], compare: Compare<T>): Promise<T[]> => {
	if (right.length === 0 || compare(left.at(-1)!, right[0]!) <= 0) return left.concat(right);
	if (compare(right.at(-1)!, left[0]!) < 0) return right.concat(left);
	const merged: T[] = [];
	let [fromLeft, fromRight] = [0, 0];
	while (fromLeft < left.length && fromRight < right.length) {
		if (merged.length % LOOKED_AT === 0) await timeSlice();
		merged.push(compare(left[fromLeft]!, right[fromRight]!) <= 0 ? left[fromLeft++]! : right[fromRight++]!);
	}
	return merged.concat(left.slice(fromLeft), right.slice(fromRight));
};

/** Array.toSorted for long lists: sorts short runs and merges them. */
export const sortInSlices = async <T>(items: readonly T[], compare: Compare<T>): Promise<T[]> => {
	let runs: T[][] = [];
	for (let start = 0; start < items.length; start += LOOKED_AT) {
		await timeSlice();
		runs.push(items.slice(start, start + LOOKED_AT).sort(compare));
	}
	while (runs.length > 1) {
		const merged: T[][] = [];
		for (let index = 0; index < runs.length; index += 2) merged.push(await mergeInSlices(runs[index]!, runs[index + 1] ?? [], compare));
		runs = merged;
	}
	return runs[0] ?? [];
};

/** Array.filter for long lists. */
export const filterInSlices = async <T>(items: readonly T[], meets: (item: T) => boolean): Promise<T[]> => {
	const found: T[] = [];
	for (let start = 0; start < items.length; start += LOOKED_AT) {
		if (start > 0) await timeSlice();
		for (const item of items.slice(start, start + LOOKED_AT)) if (meets(item)) found.push(item);
	}
	return found;
};
