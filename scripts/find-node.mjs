/** Finds the Node that runs the program: node:sqlite and crypto.argon2 require 24.7. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { at, Stop, textOf } from "./project.mjs";

const OLDEST = [24, 7];

export const isNewEnough = (version) => {
	const [major, minor] = version.replace(/^v/, "").split(".").map(Number);
	return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
};

/** The Node of the optional dependency for this platform. Its version is read from a file, since running it would add 40 ms to each start. */
const bundled = () => {
	const binary = process.platform === "win32" ? "node.exe" : "node";
	for (const prefix of ["node", "node-bin"]) {
		const folder = at("node_modules", `${prefix}-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`);
		const path = `${folder}/bin/${binary}`;
		const manifest = textOf(`${folder}/package.json`);
		if (manifest !== undefined && isNewEnough(JSON.parse(manifest).version) && existsSync(path)) return path;
	}
	return undefined;
};

/** `npm` puts node_modules/.bin first in the path, so the current Node may be a bundled one that is too old, while the machine's own is not. */
const ofNpm = () => {
	const path = process.env.npm_node_execpath;
	if (path === undefined) return undefined;
	const { stdout } = spawnSync(path, ["-p", "process.version"], { encoding: "utf8" });
	return stdout && isNewEnough(stdout) ? path : undefined;
};

/** @throws Stop if there is none */
export const findNode = () => {
	const found = bundled() ?? (isNewEnough(process.version) ? process.execPath : ofNpm());
	if (found !== undefined) return found;
	throw new Stop(
		`Node ${OLDEST.join(".")} or newer is needed, this is ${process.version}: install it from https://nodejs.org and start again`,
	);
};
