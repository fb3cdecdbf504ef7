/** Runs a compiled program as our child and ends with its exit code. */
import { spawn } from "node:child_process";
import { onParentGone } from "./parent-watch.mjs";
import { at, exitCodeOf, Stop } from "./project.mjs";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
/** A Ctrl-C, or a kill of the whole group, comes to us more than once: directly, and from npm. Only later ones are meant as another. */
const SAME_MS = 1_000;
/** How long a server may take for a graceful stop when nobody is left to wait for it. */
const ORPHAN_MS = 30_000;

/** Node keeps what it compiled: the next start is a fifth faster. */
const environment = (more = {}) => ({ NODE_COMPILE_CACHE: at(".cache", "compile"), ...process.env, ...more });

/**
 * A server learns of a stop by the end of a pipe that we hold, its file descriptor 3 (config/launcher.ts): it ends however we die, kill -9
 * included, and is no second signal to a server that a Ctrl-C has reached already. Only a signal that comes later is passed on as it is.
 */
export const launchServer = (node, entry, args) =>
	new Promise((resolve, reject) => {
		const child = spawn(node, ["--enable-source-maps", entry, ...args], {
			stdio: ["inherit", "inherit", "inherit", "pipe"],
			env: environment({ TIANGUIS_LAUNCHER_FD: "3" }),
		});
		const pipe = child.stdio[3];
		pipe.on("error", () => undefined); // the server is gone, and its exit says so
		let stoppedAt;
		const stop = () => {
			stoppedAt ??= performance.now();
			pipe.destroy();
		};
		for (const signal of SIGNALS) {
			process.on(signal, () => {
				if (stoppedAt === undefined) stop();
				else if (performance.now() - stoppedAt > SAME_MS) child.kill(signal);
			});
		}
		onParentGone(() => {
			stop();
			setTimeout(() => child.kill("SIGKILL"), ORPHAN_MS).unref();
		});
		child.once("error", (cause) => reject(new Stop(`Cannot run ${node}: ${cause.message}`)));
		child.once("exit", (code, signal) => resolve(exitCodeOf(code, signal)));
	});

/** A tool ends as any command does: signals are passed on as they are. */
export const launchTool = (node, entry, args) =>
	new Promise((resolve, reject) => {
		const child = spawn(node, ["--enable-source-maps", entry, ...args], { stdio: "inherit", env: environment() });
		for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
		onParentGone(() => child.kill("SIGTERM"));
		child.once("error", (cause) => reject(new Stop(`Cannot run ${node}: ${cause.message}`)));
		child.once("exit", (code, signal) => resolve(exitCodeOf(code, signal)));
	});
