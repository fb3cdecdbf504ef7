import { mongo } from "mongoose";

/** Unknown: it may be written or not. */
export type Outcome = "written" | "taken" | "unknown";

export const DUPLICATE_KEY = 11_000;

/**
 * What became of each record of an unordered insert that failed. A duplicate key is sure: another was first. All others were written only where
 * nothing else is wrong and the server counted them: the driver tells a command that failed as an error of its first record, and a lost
 * connection or a majority that did not confirm as an error of none.
 */
export const outcomesOf = (cause: unknown, count: number): readonly Outcome[] => {
	if (!(cause instanceof mongo.MongoBulkWriteError)) return Array.from({ length: count }, () => "unknown");
	const errors = [cause.writeErrors].flat();
	const taken = new Set(errors.filter(({ code }) => code === DUPLICATE_KEY).map(({ index }) => index));
	const sure = taken.size === errors.length && cause.insertedCount === count - taken.size && !cause.result.getWriteConcernError();
	return Array.from({ length: count }, (_, index) => (taken.has(index) ? "taken" : sure ? "written" : "unknown"));
};

/** Whether nothing is wrong but keys that are there already. */
export const onlyDuplicates = (cause: unknown): boolean =>
	cause instanceof mongo.MongoBulkWriteError &&
	[cause.writeErrors].flat().length > 0 &&
	[cause.writeErrors].flat().every(({ code }) => code === DUPLICATE_KEY) &&
	!cause.result.getWriteConcernError();
