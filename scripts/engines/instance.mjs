/** A set of engines that belongs together: a folder with their data, logs, and a note of what runs and where. */
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { at, textOf } from "../project.mjs";
import { composeDown } from "./docker.mjs";
import { identityOf, isAlive, kill, startDetached } from "./processes.mjs";

const HOME = process.env.ENGINES_DIR || at(".engines");
/** The one of `up` and `down`. A test run that finds none has one of its own. */
const SHARED = "shared";

const instance = (name) => {
	const folder = join(HOME, name);
	const note = join(folder, "state.json");
	return {
		name,
		folder,
		log: (program) => join(folder, `${program}.log`),
		/** Undefined where nothing was started, or it was taken down. */
		state() {
			const text = textOf(note);
			return text === undefined ? undefined : JSON.parse(text);
		},
		create(state) {
			mkdirSync(folder, { recursive: true });
			this.write({ ...state, processes: [] });
		},
		write(state) {
			writeFileSync(`${note}.new`, JSON.stringify(state, null, "\t"));
			renameSync(`${note}.new`, note);
		},
		/** Starts a program that is not running, and notes it, so that whoever takes the instance down finds it. */
		start(program, path, args, options = {}) {
			if (this.isRunning(program)) return;
			const identity = startDetached(path, args, { cwd: folder, log: this.log(program), ...options });
			const state = this.state();
			const others = state.processes.filter((one) => one.program !== program);
			this.write({ ...state, processes: [...others, { program, ...identity }] });
		},
		isRunning(program) {
			return this.state()?.processes.some((one) => one.program === program && isAlive(one)) ?? false;
		},
		/** Processes, data, logs: nothing is left. */
		async remove() {
			const state = this.state();
			if (state?.by === "docker") await composeDown(state);
			await Promise.all((state?.processes ?? []).map(kill));
			rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
			try {
				if (readdirSync(HOME).length === 0) rmSync(HOME, { recursive: true, force: true });
			} catch (cause) {
				if (cause.code !== "ENOENT") throw cause;
			}
		},
	};
};

export const shared = () => instance(SHARED);

/** Goes with its keeper, the process that asks for it. */
export const ofOwn = () => instance(`run-${process.pid}`);

export const keeper = () => identityOf(process.pid);

/** What a keeper left that was killed before it could take its instance down. */
export const sweep = async () => {
	let names = [];
	try {
		names = readdirSync(HOME).filter((name) => name.startsWith("run-"));
	} catch (cause) {
		if (cause.code !== "ENOENT") throw cause;
	}
	for (const one of names.map(instance)) {
		const state = one.state();
		if (state === undefined || !isAlive(state.keeper)) await one.remove();
	}
};
