/**
 * Runs work for each item, for at most so many at a time, in the order of the items.
 *
 * @param work a failure ends the whole: items that have not begun by then may or may not be begun
 * @param isStopped true: no further item is begun
 * @throws the first error of the work
 */
export const forEachConcurrent = async <T>(
	items: readonly T[],
	limit: number,
	work: (item: T) => Promise<void>,
	isStopped: () => boolean = () => false,
): Promise<void> => {
	let next = 0;
	const worker = async (): Promise<void> => {
		while (next < items.length && !isStopped()) await work(items[next++]!);
	};
	await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
};
