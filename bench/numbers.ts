/** Statistics over the samples of a row. */

/** @returns undefined if there are no values */
export const median = (values: readonly number[]): number | undefined => {
	const sorted = values.toSorted((a, b) => a - b);
	const middle = Math.floor(sorted.length / 2);
	return sorted.length % 2 === 1 ? sorted[middle] : sorted.length === 0 ? undefined : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** @returns undefined if there are no values */
export const minimum = (values: readonly number[]): number | undefined => (values.length === 0 ? undefined : Math.min(...values));

/** Filters out values that were not measured. */
export const present = (values: readonly (number | undefined)[]): number[] => values.filter((value) => value !== undefined);

/** @returns undefined if either is undefined or the divisor is 0 */
export const ratio = (value: number | undefined, of: number | undefined): number | undefined =>
	value === undefined || of === undefined || of === 0 ? undefined : value / of;
