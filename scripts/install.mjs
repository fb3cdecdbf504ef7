/** Keeps node_modules in line with package-lock.json. */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { at, execute, Stop, textOf } from "./project.mjs";

const STAMP = at("node_modules", ".tianguis-lock");

const lockHash = () => {
	const lock = textOf(at("package-lock.json"));
	return lock === undefined ? undefined : createHash("sha256").update(lock).digest("hex");
};

/** Whether a manual `npm install` or `npm ci` matches the lock, by npm's record of installed packages. */
const installedByHand = () => {
	const note = textOf(at("node_modules", ".package-lock.json"));
	if (note === undefined) return false;
	const { packages: installed } = JSON.parse(note);
	const { packages: wanted } = JSON.parse(textOf(at("package-lock.json")));
	const isSame = ([path, { version, integrity }]) => wanted[path]?.version === version && wanted[path].integrity === integrity;
	const isThere = ([path, { optional, devOptional, peer }]) => path === "" || optional || devOptional || peer || path in installed;
	return Object.entries(installed).every(isSame) && Object.entries(wanted).every(isThere);
};

/** Also false without a lock: a production image contains its node_modules. */
export const mustInstall = () => {
	const hash = lockHash();
	if (hash === undefined || textOf(STAMP) === hash) return false;
	if (!installedByHand()) return true;
	writeFileSync(STAMP, hash);
	return false;
};

/** @throws Stop if npm fails; it has printed the reason */
export const install = async () => {
	const hash = lockHash();
	console.error("Installing the dependencies (npm ci) ...");
	const { npm_execpath: npm, npm_node_execpath: node = process.execPath } = process.env;
	// Errors only. Warnings about a too old Node are expected here, since a newer Node is being installed.
	const args = ["ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund", "--loglevel=error"];
	const code = npm?.endsWith(".js")
		? await execute(node, [npm, ...args])
		: await execute("npm", args, { shell: process.platform === "win32" });
	if (code !== 0) throw new Stop("npm ci failed; nothing was started");
	writeFileSync(STAMP, hash);
};
