/** Client of the engine keeper, used by the test runner. */
import { spawn } from "node:child_process";
import { at, root } from "../project.mjs";

const STOP_WITHIN_MS = 30_000;

/** The first line of its output, if any. */
const firstLine = (stream) =>
	new Promise((resolve) => {
		let text = "";
		stream.setEncoding("utf8").on("data", (chunk) => {
			text += chunk;
			if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
		});
		stream.once("close", () => resolve(undefined));
	});

/**
 * Starts to collect engines. `found` resolves with the environment of the tests and the missing engines. They run until `release`, or until this
 * process ends.
 */
export const holdEngines = (node) => {
	// Runs in its own session, so that Ctrl-C does not reach it and this process controls the removal.
	const child = spawn(node, [at("scripts", "engines.mjs"), "hold"], { cwd: root, stdio: ["pipe", "pipe", "inherit"], detached: true });
	const gone = new Promise((resolve) => {
		child.once("error", resolve);
		child.once("exit", resolve);
	});
	child.stdin.on("error", () => undefined);
	const found = firstLine(child.stdout).then((line) => {
		if (line === undefined) return { env: {}, problems: ["The engines could not be started"] };
		const { urls, problems, mongod } = JSON.parse(line);
		const env = Object.fromEntries(Object.entries(urls).map(([variable, url]) => [`TEST_${variable}`, url]));
		return { env: { ...env, ...(mongod && { MONGOD_BINARY: mongod }) }, problems };
	});
	return {
		found,
		async release() {
			child.stdin.end();
			const late = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
			await gone;
			clearTimeout(late);
		},
	};
};
