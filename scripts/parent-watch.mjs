/** Detects the end of the parent process. */
import { readFileSync } from "node:fs";

const POLL_MS = 200;

/**
 * The parent of the shell between npm and the script. That shell outlives a killed npm. Only Linux reports the parent; elsewhere the shell does not
 * remain.
 */
const parentOf = (pid) => {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		const [, name, parent] = /\((.*)\) \S+ (\d+)/s.exec(stat) ?? [];
		return name === "sh" ? parent : undefined;
	} catch {
		return undefined;
	}
};

/**
 * Calls `gone` once when the npm that runs this script ends. Without npm no process is watched: a service
 * manager or nohup may end the parent on purpose.
 */
export const onParentGone = (gone) => {
	if (process.env.npm_lifecycle_event === undefined) return;
	const parent = process.ppid;
	const grandparent = parentOf(parent);
	const poll = setInterval(() => {
		if (process.ppid === parent && parentOf(parent) === grandparent) return;
		clearInterval(poll);
		gone();
	}, POLL_MS);
	poll.unref();
};
