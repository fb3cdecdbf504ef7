/** Keeps node_modules what package-lock.json says. */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { at, execute, Stop, textOf } from "./project.mjs";

const STAMP = at("node_modules", ".tianguis-lock");

const lockHash = () => {
	const lock = textOf(at("package-lock.json"));
	return lock === undefined ? undefined : createHash("sha256").update(lock).digest("hex");
};

/** Whether an `npm install` or `npm ci` by hand left just what the lock asks for: npm notes what it installed. */
const installedByHand = () => {
	const note = textOf(at("node_modules", ".package-lock.json"));
	if (note === undefined) return false;
	const { packages: installed } = JSON.parse(note);
	const { packages: wanted } = JSON.parse(textOf(at("package-lock.json")));
	const isSame = ([path, { version, integrity }]) => wanted[path]?.version === version && wanted[path].integrity === integrity;
	const isThere = ([path, { optional, devOptional, peer }]) => path === "" || optional || devOptional || peer || path in installed;
	return Object.entries(installed).every(isSame) && Object.entries(wanted).every(isThere);
};

/** False also where there is no lock: a production image, which brings its node_modules. */
export const mustInstall = () => {
	const hash = lockHash();
	if (hash === undefined || textOf(STAMP) === hash) return false;
	if (!installedByHand()) return true;
	writeFileSync(STAMP, hash);
	return false;
};

/** @throws Stop where npm fails; it has said why */
export const install = async () => {
	const hash = lockHash();
	console.error("Installing the dependencies (npm ci) ...");
	const { npm_execpath: npm, npm_node_execpath: node = process.execPath } = process.env;
	// Errors only: that some packages want a newer Node than npm runs on is known, one is being installed.
	const args = ["ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund", "--loglevel=error"];
	const code = npm?.endsWith(".js")
		? await execute(node, [npm, ...args])
		: await execute("npm", args, { shell: process.platform === "win32" });
	if (code !== 0) throw new Stop("npm ci failed; nothing was started");
	writeFileSync(STAMP, hash);
};
