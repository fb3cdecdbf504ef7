import { mongo } from "mongoose";

/** `taken`: the key exists already. `unknown`: the record may or may not have been written. */
export type Outcome = "written" | "taken" | "unknown";

export const DUPLICATE_KEY = 11_000;

/**
 * Outcome of each record of an unordered insert that failed. A duplicate key is certain: another writer was first. The other records were written
 * only if there is no further error and the server counted them. The driver reports a failed command as an error of its first record. It reports
 * a lost connection, or a missing majority confirmation, without an error of any record.
 */
export const outcomesOf = (cause: unknown, count: number): readonly Outcome[] => {
	if (!(cause instanceof mongo.MongoBulkWriteError)) return Array.from({ length: count }, () => "unknown");
	const errors = [cause.writeErrors].flat();
	const taken = new Set(errors.filter(({ code }) => code === DUPLICATE_KEY).map(({ index }) => index));
	const sure = taken.size === errors.length && cause.insertedCount === count - taken.size && !cause.result.getWriteConcernError();
	return Array.from({ length: count }, (_, index) => (taken.has(index) ? "taken" : sure ? "written" : "unknown"));
};

/** Whether duplicate keys are the only errors. */
export const onlyDuplicates = (cause: unknown): boolean =>
	cause instanceof mongo.MongoBulkWriteError &&
	[cause.writeErrors].flat().length > 0 &&
	[cause.writeErrors].flat().every(({ code }) => code === DUPLICATE_KEY) &&
	!cause.result.getWriteConcernError();
