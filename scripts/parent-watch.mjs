/** Notices that whoever started us is gone. */
import { readFileSync } from "node:fs";

const POLL_MS = 200;

/** Of the shell that npm puts between itself and a script: it outlives an npm that is killed. Only Linux tells; elsewhere that shell does not stay. */
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
 * Calls `gone` once when the npm that runs this script dies. Where no npm does, nobody is watched: then somebody who knows (a service
 * manager, nohup) may well let the parent go.
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
