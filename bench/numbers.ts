/** Statistics over the samples of a row. */

/** @returns undefined where there is none */
export const median = (values: readonly number[]): number | undefined => {
	const sorted = values.toSorted((a, b) => a - b);
	const middle = Math.floor(sorted.length / 2);
	return sorted.length % 2 === 1 ? sorted[middle] : sorted.length === 0 ? undefined : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** @returns undefined where there is none */
export const minimum = (values: readonly number[]): number | undefined => (values.length === 0 ? undefined : Math.min(...values));

/** The values that were measured. */
export const present = (values: readonly (number | undefined)[]): number[] => values.filter((value) => value !== undefined);

/** @returns undefined where one of them is, or the divisor is 0 */
export const ratio = (value: number | undefined, of: number | undefined): number | undefined =>
	value === undefined || of === undefined || of === 0 ? undefined : value / of;
