import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "@config/ports";
import { READY_LINE } from "../cli/built-program";

/** A process of the program. Its name stays the same over restarts. */
export interface Node {
	readonly name: string;
	/** Services that it hosts; empty: all. */
	readonly services: readonly string[];
	readonly port: number;
	readonly state: "down" | "starting" | "up" | "frozen" | "stopping";
	/** Unrequested exits, by exit code or signal. */
	readonly unexpectedExits: readonly string[];
	/** Resolves when the program is ready. @throws if it does not start */
	start(more?: Readonly<Record<string, string>>): Promise<void>;
	/** Resolves when the process has ended. */
	end(signal: "SIGKILL" | "SIGTERM"): Promise<void>;
	freeze(): void;
	thaw(): void;
	/** Resolves when the process ends by itself. */
	ended(): Promise<void>;
}

export interface NodeOptions {
	readonly name: string;
	/** The folder of the built program. */
	readonly program: string;
	readonly services?: readonly string[];
	readonly env: Readonly<Record<string, string>>;
	/** Modules that are preloaded before the program, in this order. */
	readonly preload?: readonly string[];
	readonly logs: string;
}

/** The program's exit and message when an engine is unreachable. A supervisor would restart it. */
const NO_ENGINE = /^tianguis: \w+ cannot be used at /m;
const AGAIN_MS = 1_000;
/** Generous, because a shared machine may be slow. */
const START_MS = 180_000;
const STOP_MS = 30_000;

class LacksEngine extends Error {}

export const createNode = async ({ name, program, services = [], env, preload = [], logs }: NodeOptions): Promise<Node> => {
	const port = await freePort();
	const deaths: string[] = [];
	let state: Node["state"] = "down";
	let child: ChildProcess | undefined;
	let gone: Promise<void> = Promise.resolve();
	let expected = false;
	mkdirSync(logs, { recursive: true });

	const run = (more: Readonly<Record<string, string>>): Promise<void> =>
		new Promise((resolve, reject) => {
			expected = false;
			state = "starting";
			const args = [
				...preload.flatMap((file) => ["--require", join(program, "faults", "preload", file)]),
				join(program, "main.js"),
				...services,
			];
			const started = spawn(process.execPath, args, {
				// The program stops when the other end of descriptor 3 closes. It never outlives the campaign.
				stdio: ["ignore", "pipe", "pipe", "pipe"],
				env: { PATH: process.env["PATH"], PORT: String(port), TIANGUIS_LAUNCHER_FD: "3", ...env, ...more },
			});
			child = started;
			started.stdio[3]!.on("error", () => undefined);
			const log = createWriteStream(join(logs, `${name}.log`), { flags: "a" });
			log.write(`--- ${new Date().toISOString()} start ${started.pid}\n`);
			started.stderr!.pipe(log, { end: false });
			started.stdout!.pipe(log, { end: false });
			let last = "";
			started.stderr!.on("data", (text: Buffer) => (last = (last + text.toString()).slice(-1_000)));
			const timer = setTimeout(() => {
				reject(new Error(`${name} did not open within ${START_MS} ms`));
			}, START_MS);
			let heard = "";
			started.stdout!.on("data", (text: Buffer) => {
				if (state !== "starting" || child !== started) return;
				heard = (heard + text.toString()).slice(-4_000);
				if (!heard.includes(READY_LINE)) return;
				state = "up";
				clearTimeout(timer);
				resolve();
			});
			gone = new Promise((left) => {
				started.once("close", (code, signal) => {
					log.end(`--- ${new Date().toISOString()} end ${code} ${signal}\n`);
					clearTimeout(timer);
					const lacksEngine = state === "starting" && code === 1 && NO_ENGINE.test(last);
					if (!expected && !lacksEngine) deaths.push(`${state}: ${signal ?? code}`);
					state = "down";
					const Cause = lacksEngine ? LacksEngine : Error;
					reject(new Cause(`${name} ended while it started: ${signal ?? code}`));
					left();
				});
			});
		});

	return {
		name,
		services,
		port,
		get state() {
			return state;
		},
		unexpectedExits: deaths,
		async start(more = {}) {
			for (const deadline = performance.now() + START_MS; ;) {
				try {
					await run(more);
					return;
				} catch (cause) {
					if (!(cause instanceof LacksEngine) || performance.now() > deadline) throw cause;
					await pause(AGAIN_MS);
				}
			}
		},
		async end(signal) {
			expected = true;
			if (state === "down") return;
			state = "stopping";
			child?.kill(signal);
			// A process that does not stop on request is a violation too.
			const timer = setTimeout(() => {
				deaths.push(`did not stop within ${STOP_MS} ms`);
				child?.kill("SIGKILL");
			}, STOP_MS);
			await gone;
			clearTimeout(timer);
		},
		freeze() {
			if (state !== "up") return;
			state = "frozen";
			child?.kill("SIGSTOP");
		},
		thaw() {
			if (state !== "frozen") return;
			state = "up";
			child?.kill("SIGCONT");
		},
		async ended() {
			expected = true;
			await gone;
		},
	};
};
