/** Shared functions of the scripts. The scripts are plain ESM for Node 20 or later, since they run before the installation. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const at = (...parts) => join(root, ...parts);

/** An error that ends a script with one line for the operator and no stack. */
export class Stop extends Error {}

/** Runs a script and exits with the code that `main` returns. */
export const run = async (main) => {
	try {
		process.exitCode = await main();
	} catch (cause) {
		if (!(cause instanceof Stop)) throw cause;
		console.error(cause.message);
		process.exitCode = 1;
	}
};

export const exitCodeOf = (code, signal) => code ?? 128 + (constants.signals[signal] ?? 0);

/** Runs a command to its end. Its output goes to standard error: standard output is reserved for the program started afterwards. */
export const execute = (command, args, options = {}) =>
	new Promise((resolve, reject) => {
		const child = spawn(command, args, { cwd: root, stdio: ["ignore", 2, 2], ...options });
		child.once("error", reject);
		child.once("close", (code, signal) => resolve(exitCodeOf(code, signal)));
	});

export const textOf = (path) => {
	try {
		return readFileSync(path, "utf8");
	} catch (cause) {
		if (cause.code === "ENOENT") return undefined;
		throw cause;
	}
};

/** Files beneath a folder of the project as paths from its root; none where there is no such folder. */
export const filesUnder = (folder) => {
	let entries;
	try {
		entries = readdirSync(at(folder), { withFileTypes: true });
	} catch (cause) {
		if (cause.code === "ENOENT") return [];
		throw cause;
	}
	return entries.flatMap((entry) => {
		const path = folder === "." ? entry.name : `${folder}/${entry.name}`;
		if (entry.isDirectory()) return filesUnder(path);
		return entry.isFile() ? [path] : [];
	});
};

/** Undefined if the file was removed after the listing. */
export const statOf = (path) => statSync(at(path), { throwIfNoEntry: false });
