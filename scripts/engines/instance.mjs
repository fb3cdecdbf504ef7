/** An instance is a set of engines: a folder with their data, logs, and a record of the running processes and addresses. */
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { at, textOf } from "../project.mjs";
import { composeDown } from "./docker.mjs";
import { identityOf, isAlive, kill, startDetached } from "./processes.mjs";

const HOME = process.env.ENGINES_DIR || at(".engines");
/** The instance of `up` and `down`. A test run without it starts its own. */
const SHARED = "shared";

const instance = (name) => {
	const folder = join(HOME, name);
	const note = join(folder, "state.json");
	return {
		name,
		folder,
		log: (program) => join(folder, `${program}.log`),
		/** Undefined if no engine was started, or the instance was removed. */
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
		/** Starts a program that is not running, and records it, so that a later script can stop it. */
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
		/** Removes processes, data and logs. */
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

/** An instance that ends with its keeper, the process that requests it. */
export const ofOwn = () => instance(`run-${process.pid}`);

export const keeper = () => identityOf(process.pid);

/** Removes instances whose keeper was killed before it could do so. */
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
