/** Compiles the program into dist/, incrementally: tspc writes what changed, the aliases become relative paths, assets are copied beside. */
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname } from "node:path";
import { at, execute, filesUnder, root, statOf, Stop, textOf } from "./project.mjs";

const ASSETS = new Set([".hbs", ".csv", ".svg", ".json", ".html", ".txt", ".css", ".sql", ".cjs"]);
const ASSET_FOLDERS = ["config", "mixins", "services"];
const FOLDERS = ["bench", "cli", "faults", "kernel", ...ASSET_FOLDERS];
const SETTINGS = ["tsconfig.json", "tsconfig.build.json", "scripts/compile.mjs", "package-lock.json"];
/** Written last and removed first: dist/ without this file is an incomplete build. */
const STAMP = at("dist", ".stamp");

const isSource = (path) => (path.endsWith(".ts") ? !path.endsWith(".spec.ts") : ASSETS.has(extname(path)));

const sources = () => [
	...readdirSync(root).filter((name) => name.endsWith(".ts")),
	...FOLDERS.flatMap((folder) => filesUnder(folder)).filter(isSource),
];

/** Fingerprint of names, sizes and times. Contents are not read, since every start computes it. */
const fingerprint = (paths) => {
	const hash = createHash("sha256");
	for (const path of [...paths, ...SETTINGS].sort()) {
		const stat = statOf(path);
		hash.update(`${path} ${stat?.size} ${stat?.mtimeMs}\n`);
	}
	return hash.digest("hex");
};

export const mustBuild = () => {
	const paths = sources();
	if (paths.length === 0) return false; // a production image contains dist/ only
	return textOf(STAMP) !== fingerprint(paths);
};

const copyAssets = () => {
	for (const path of ASSET_FOLDERS.flatMap((folder) => filesUnder(folder))) {
		if (!ASSETS.has(extname(path))) continue;
		mkdirSync(dirname(at("dist", path)), { recursive: true });
		copyFileSync(at(path), at("dist", path));
	}
};

/** Removes the output of deleted sources. */
const prune = () => {
	for (const path of filesUnder("dist")) {
		const source = path.slice("dist/".length);
		if (source.startsWith(".")) continue;
		if (!existsSync(at(source)) && !existsSync(at(source.replace(/\.js(\.map)?$/, ".ts")))) rmSync(at(path));
	}
};

/** @throws Stop if compilation fails; the compiler has printed the errors */
export const build = async (node, { fromScratch = false } = {}) => {
	const stamp = fingerprint(sources());
	rmSync(STAMP, { force: true });
	if (fromScratch) rmSync(at("dist", ".tsbuildinfo"), { force: true });
	console.error("Building ...");
	const code = await execute(node, [at("node_modules", "ts-patch", "bin", "tspc.js"), "-p", "tsconfig.build.json"]);
	if (code !== 0) throw new Stop("Build failed");
	copyAssets();
	prune();
	writeFileSync(STAMP, stamp);
};
