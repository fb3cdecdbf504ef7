/** On Linux with taskset, the programs under test share one core and the load generator uses another. Elsewhere nothing is pinned. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const TASKSET = "/usr/bin/taskset";

/** Parses a list of cores such as "0-3,8". */
export const parseCores = (list: string): number[] =>
	list.split(",").flatMap((range) => {
		const [first, last = first] = range.split("-").map(Number);
		return Array.from({ length: last! - first! + 1 }, (_, index) => first! + index);
	});

const allowed = (): number[] => {
	if (process.platform !== "linux" || !existsSync(TASKSET)) return [];
	const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
	return list === undefined ? [] : parseCores(list);
};

const all = allowed();
const [serverCore, loadCore] = all;

/** @returns a command and its arguments that run the given command on the core of the programs under test */
export const onServerCore = (command: string, args: readonly string[]): [string, string[]] =>
	serverCore === undefined ? [command, [...args]] : [TASKSET, ["-c", String(serverCore), command, ...args]];

/** Moves all threads of this process, and every process it starts later, to these cores. */
const moveTo = (cores: readonly number[]): void => {
	if (cores.length > 0) execFileSync(TASKSET, ["-a", "-p", "-c", cores.join(","), String(process.pid)]);
};

/** Moves this process off the core of the programs under test. */
export const leaveServerCore = (): void => {
	moveTo(loadCore === undefined ? [] : [loadCore]);
};

export const useAllCores = (): void => {
	moveTo(all);
};
