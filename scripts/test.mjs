/**
 * `npm test`: installs and builds where needed, checks what can be checked without running, two checks at a time, then runs all tests.
 * `npm test -- ARGS` only runs Jest with these. The last line is always "N passed, N failed, N skipped"; the exit code is 0 only where all is well.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import { findNode } from "./node.mjs";
import { at, exitCodeOf, root, run, Stop, textOf } from "./project.mjs";
import { setUp } from "./setup.mjs";

const CHECKS = [
	["lint", "eslint/bin/eslint.js", "."],
	["types", "typescript/bin/tsc", "--noEmit", "-p", "."],
	["imports", "dependency-cruiser/bin/dependency-cruiser.mjs", "--config", ".dependency-cruiser.cjs", "."],
	["format", "prettier/bin/prettier.cjs", "--check", "--log-level", "warn", "."],
];
const CHECKS_AT_ONCE = 2;
const COUNTS = at("node_modules", ".cache", `test-counts-${process.pid}`);

const module = (path) => at("node_modules", ...path.split("/"));

/** What it printed is shown only where it failed. */
const check = (node, [name, path, ...args]) =>
	new Promise((resolve, reject) => {
		const child = spawn(node, [module(path), ...args], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
		let output = "";
		for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
		child.once("error", reject);
		child.once("close", (code) => {
			console.error(code === 0 ? `${name}: ok` : `${name}: FAILED\n${output.trimEnd()}`);
			resolve(code === 0);
		});
	});

/** @returns the names of those that failed */
const checkAll = async (node) => {
	const waiting = [...CHECKS];
	const failed = [];
	const work = async () => {
		for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
			if (!(await check(node, next))) failed.push(next[0]);
		}
	};
	await Promise.all(Array.from({ length: CHECKS_AT_ONCE }, work));
	return failed;
};

const jest = (node, args) =>
	new Promise((resolve, reject) => {
		const path = `${dirname(node)}${delimiter}${process.env.PATH}`;
		const child = spawn(node, [module("jest/bin/jest.js"), ...args], {
			cwd: root,
			stdio: "inherit",
			env: { ...process.env, PATH: path, TEST_COUNTS: COUNTS },
		});
		child.once("error", reject);
		child.once("exit", (code, signal) => resolve(exitCodeOf(code, signal)));
	});

/** A program that does not compile is one more check that failed: the tests of its parts can run all the same. */
const setUpOrTell = async () => {
	try {
		return { node: await setUp(), failed: [] };
	} catch (cause) {
		if (!(cause instanceof Stop) || !existsSync(module("jest"))) throw cause;
		console.error(cause.message);
		return { node: findNode(), failed: ["build"] };
	}
};

await run(async () => {
	const args = process.argv.slice(2);
	const { node, failed } = await setUpOrTell();
	if (args.length === 0) failed.push(...(await checkAll(node)));
	mkdirSync(dirname(COUNTS), { recursive: true });
	const code = await jest(node, args);
	const counts = textOf(COUNTS) ?? "0 passed, 1 failed, 0 skipped";
	rmSync(COUNTS, { force: true });
	if (failed.length > 0) console.error(`Failed before the tests: ${failed.join(", ")}`);
	console.log(counts);
	return failed.length > 0 ? 1 : code;
});
