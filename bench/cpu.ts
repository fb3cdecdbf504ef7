/** Processor time of processes, from the scheduler statistics of Linux. Other platforms are not measured. */
import { readdirSync, readFileSync } from "node:fs";

/** Processor time so far in nanoseconds, by thread. */
export type Threads = ReadonlyMap<string, number>;

/** @returns the first field of a schedstat file: nanoseconds on a core */
export const parseSchedstat = (text: string): number | undefined => {
	const field = /^(\d+) \d+ \d+\s*$/.exec(text)?.[1];
	return field === undefined ? undefined : Number(field);
};

const readThread = (pid: number, thread: string): number | undefined => {
	try {
		return parseSchedstat(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8"));
	} catch {
		return undefined; // the thread has ended since it was listed
	}
};

/** @returns undefined if the platform has no such statistics or the process has ended */
export const threadsOf = (pid: number): Threads | undefined => {
	let names: string[];
	try {
		names = readdirSync(`/proc/${pid}/task`);
	} catch {
		return undefined;
	}
	const threads = names.map((name) => [name, readThread(pid, name)] as const);
	const known = threads.filter((thread): thread is [string, number] => thread[1] !== undefined);
	return known.length === 0 ? undefined : new Map(known);
};

/** Processor time of all threads between two readings, in milliseconds. A thread that ended in between is not counted. */
export const spentMs = (before: Threads | undefined, after: Threads | undefined): number | undefined => {
	if (before === undefined || after === undefined) return undefined;
	let ns = 0;
	for (const [thread, time] of after) ns += time - (before.get(thread) ?? 0);
	return ns / 1e6;
};
