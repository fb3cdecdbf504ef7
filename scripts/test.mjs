/**
 * `npm test`: installs and builds where needed, checks what can be checked without running, two checks at a time, then runs all tests.
 * `npm test -- ARGS` only runs Jest with these. The last line is always "N passed, N failed, N skipped"; the exit code is 0 only if everything passed.
 *
 * Tests use running instances of Redis, RabbitMQ and MongoDB, or get them for the run. On a developer's machine no engine is installed
 * automatically: missing engines are reported and their tests skipped. With CI=true they are installed; if that is impossible, the run fails.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import { holdEngines } from "./engines/keeper-client.mjs";
import { needEngines } from "./engines/specs-need-engines.mjs";
import { findNode } from "./find-node.mjs";
import { onParentGone } from "./parent-watch.mjs";
import { at, exitCodeOf, root, run, Stop, textOf } from "./project.mjs";
import { setUp } from "./setup.mjs";

const CHECKS = [
	["lint", "eslint/bin/eslint.js", "."],
	["types", "typescript/bin/tsc", "--noEmit", "-p", "."],
	["imports", "dependency-cruiser/bin/dependency-cruiser.mjs", "--config", ".dependency-cruiser.cjs", "."],
	["format", "prettier/bin/prettier.cjs", "--check", "--log-level", "warn", "."],
];
const CHECKS_AT_ONCE = 2;
/** Specs with many processes or time measurements. They run alone, since concurrent specs would disturb them. */
const ALONE = [
	"tests/cluster/",
	"tests/redis/",
	"tests/near-the-reader",
	"tests/power-cut/power-cut",
	"faults/crash-points",
	"config/broker/",
	"services/products/catalogue-sync/cluster",
	"store/mongo/failover",
];
const COUNTS = at("node_modules", ".cache", `test-counts-${process.pid}`);
/** Counts of a test run that did not complete. */
const NOT_RUN = "0 passed, 1 failed, 0 skipped";
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
const DIES_WITHIN_MS = 5_000;

const module = (path) => at("node_modules", ...path.split("/"));

const children = new Set();
/** The exit code after an interruption. */
let interrupted;

let onInterrupt = () => undefined;

const interrupt = (signal) => {
	interrupted ??= exitCodeOf(null, signal);
	onInterrupt();
	for (const child of children) {
		child.kill(signal);
		setTimeout(() => child.kill("SIGKILL"), DIES_WITHIN_MS).unref();
	}
};

/** Starts a program that an interruption ends. @returns the child, and its exit code to wait for */
const start = (node, args, options) => {
	const child = spawn(node, args, { cwd: root, ...options });
	children.add(child);
	const ended = new Promise((resolve, reject) => {
		child.once("error", reject);
		child.once("close", (code, signal) => resolve(exitCodeOf(code, signal)));
	}).finally(() => children.delete(child));
	return { child, ended };
};

/** Its output is shown only if it failed. */
const check = async (node, [name, path, ...args]) => {
	const { child, ended } = start(node, [module(path), ...args], { stdio: ["ignore", "pipe", "pipe"] });
	let output = "";
	for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
	const code = await ended;
	if (interrupted === undefined) console.error(code === 0 ? `${name}: ok` : `${name}: FAILED\n${output.trimEnd()}`);
	return code === 0;
};

/** @returns the names of failed checks */
const checkAll = async (node) => {
	const waiting = [...CHECKS];
	const failed = [];
	const work = async () => {
		for (let next = waiting.shift(); next !== undefined && interrupted === undefined; next = waiting.shift()) {
			if (!(await check(node, next))) failed.push(next[0]);
		}
	};
	await Promise.all(Array.from({ length: CHECKS_AT_ONCE }, work));
	return failed;
};

/** The counts of each Jest run. */
const counted = [];

const jest = async (node, args, env) => {
	const path = `${dirname(node)}${delimiter}${process.env.PATH}`;
	const code = await start(node, [module("jest/bin/jest.js"), ...args], {
		stdio: "inherit",
		env: { ...process.env, ...env, PATH: path, TEST_COUNTS: COUNTS },
	}).ended;
	counted.push(textOf(COUNTS) ?? NOT_RUN);
	rmSync(COUNTS, { force: true });
	return code;
};

/** All specs: first those that can run concurrently, then the others one by one. @returns the exit code */
const jestAll = async (node, env) => {
	const others = ["/node_modules/", "/dist/", ...ALONE].map((pattern) => `--testPathIgnorePatterns=${pattern}`);
	const code = await jest(node, others, env);
	if (interrupted !== undefined) return code;
	return Math.max(code, await jest(node, [...ALONE, "--maxWorkers=1"], env));
};

/** "N passed, N failed, N skipped" of all runs. */
const sumOf = (counts) => {
	const sums = [0, 0, 0];
	for (const text of counts) for (const [index, [number]] of [...text.matchAll(/\d+/g)].entries()) sums[index] += Number(number);
	return `${sums[0]} passed, ${sums[1]} failed, ${sums[2]} skipped`;
};

/** A compilation error counts as a failed check. The tests still run. */
const setUpOrTell = async () => {
	try {
		return { node: await setUp(), failed: [] };
	} catch (cause) {
		if (!(cause instanceof Stop) || !existsSync(module("jest"))) throw cause;
		console.error(cause.message);
		return { node: findNode(), failed: ["build"] };
	}
};

const NO_ENGINES = { found: Promise.resolve({ env: {}, problems: [] }), release: () => undefined };

/** @returns the exit code */
const test = async (node, args, failed, engines) => {
	if (args.length === 0) failed.push(...(await checkAll(node)));
	const { env, problems } = await engines.found;
	if (interrupted !== undefined) return interrupted;
	const insist = process.env.CI === "true";
	for (const problem of problems) console.error(`${insist ? "An engine is missing" : "Tests skipped"}: ${problem}`);
	if (problems.length > 0 && insist) failed.push("engines");
	return args.length === 0 ? jestAll(node, env) : jest(node, args, env);
};

await run(async () => {
	const args = process.argv.slice(2);
	const { node, failed } = await setUpOrTell();
	for (const signal of SIGNALS) process.on(signal, interrupt);
	onParentGone(() => interrupt("SIGTERM"));
	mkdirSync(dirname(COUNTS), { recursive: true });
	const engines = (await needEngines(node, args)) ? holdEngines(node) : NO_ENGINES;
	onInterrupt = () => void engines.release();
	if (interrupted !== undefined) onInterrupt();
	const code = await test(node, args, failed, engines).finally(() => engines.release());
	const counts = counted.length > 0 ? sumOf(counted) : NOT_RUN;
	if (failed.length > 0) console.error(`Checks failed: ${failed.join(", ")}`);
	console.log(counts);
	return interrupted ?? (failed.length > 0 ? 1 : code);
});
