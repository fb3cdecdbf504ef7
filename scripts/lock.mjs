/** One process at a time sets the project up: two that start at once must not install or build into each other. Engines are brought up so, too. */
import { existsSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { at, textOf } from "./project.mjs";

const BEAT_MS = 1_000;
/** A holder that has not touched its lock for so long is dead, even where another process has its id now. */
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

/** Runs `work` while no other process of this project folder does what has the same name. */
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
