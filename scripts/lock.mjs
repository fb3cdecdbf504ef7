/** A lock between processes: concurrent starts must not install or build at the same time. It also guards the start of engines. */
import { existsSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { at, textOf } from "./project.mjs";

const BEAT_MS = 1_000;
/** A lock not touched for this long is stale, even if another process has reused the holder's id. */
const DEAD_MS = 15_000;

const take = (path) => {
	mkdirSync(at(".cache"), { recursive: true });
	try {
		writeFileSync(path, String(process.pid), { flag: "wx" });
		return true;
	} catch (cause) {
		if (cause.code === "EEXIST") return false;
		throw cause;
	}
};

const isRunning = (pid) => {
	try {
		process.kill(pid, 0);
		return true;
	} catch (cause) {
		return cause.code === "EPERM";
	}
};

const isAbandoned = (path) => {
	const pid = Number(textOf(path));
	const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
	return age > DEAD_MS || (pid > 0 && !isRunning(pid));
};

/** Runs `work` while holding the project folder's lock of this name. */
export const alone = async (work, name = "setup") => {
	const path = at(".cache", `${name}.lock`);
	while (!take(path)) {
		if (isAbandoned(path)) rmSync(path, { force: true });
		else await pause(50);
	}
	const beat = setInterval(() => {
		const now = new Date();
		if (existsSync(path)) utimesSync(path, now, now);
	}, BEAT_MS);
	try {
		return await work();
	} finally {
		clearInterval(beat);
		rmSync(path, { force: true });
	}
};
