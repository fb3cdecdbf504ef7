import type { Entry } from "./recording";

/** SQLite's write-ahead log. */
export const isLog = (name: string): boolean => name.endsWith("-wal");

/** Whether the entry restarts the log: it writes a new header at the start. */
export const isLogRestart = (entry: Entry): boolean => entry.kind === "write" && isLog(entry.name) && entry.position === 0;

/** Kinds of moments at which power may fail. Each is hard for a different reason. */
export type Moment = "whenever" | "afterResponse" | "beforeSyncEnd" | "inCheckpoint" | "beforeFirstSyncOfRestartedLog";

/** Finds the moments of each kind, as numbers of entries. */
export const momentsOf = (entries: readonly Entry[]): Readonly<Record<Moment, readonly number[]>> => {
	const whenever: number[] = [];
	const afterResponse: number[] = [];
	const beforeSyncEnd: number[] = [];
	const inCheckpoint: number[] = [];
	const beforeFirstSyncOfRestartedLog: number[] = [];
	const restarted = new Set<string>();
	for (const [index, entry] of entries.entries()) {
		whenever.push(index);
		if (entry.kind === "response") afterResponse.push(index + 1);
		else if (entry.kind === "write") {
			if (isLogRestart(entry)) restarted.add(entry.name);
			if (entry.name.endsWith(".db")) inCheckpoint.push(index);
		} else if (entry.kind === "syncEnd") {
			beforeSyncEnd.push(index);
			if (restarted.delete(entry.name)) beforeFirstSyncOfRestartedLog.push(index);
		}
	}
	return { whenever, afterResponse, beforeSyncEnd, inCheckpoint, beforeFirstSyncOfRestartedLog };
};
