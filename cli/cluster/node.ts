import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { childEnvironment } from "@config/env";
import { builtProgram, READY_LINE } from "../built-program";
import type { NodePlan } from "./layout";

const MAIN = join(builtProgram(), "main.js");
const KILL_AFTER_MS = 30_000;

/** A started node: the program in its own process. */
export interface Node extends NodePlan {
	readonly pid: number;
	/** The gateway's port. Undefined if the node hosts none. */
	readonly port: number | undefined;
	/** Resolves when the process has ended, by itself or by `stop`. */
	readonly ended: Promise<number | null>;
	stop(): Promise<void>;
}

/**
 * @param print receives each line of the node's output
 * @returns when the node is ready
 */
export const startNode = async (
	place: NodePlan,
	settings: Readonly<Record<string, string>>,
	print: (line: string) => void,
): Promise<Node> => {
	const child = spawn(process.execPath, ["--enable-source-maps", MAIN, ...place.services], {
		env: childEnvironment({ ...settings, TIANGUIS_LAUNCHER_FD: "3" }),
		stdio: ["ignore", "pipe", "pipe", "pipe"], // the node stops when the last pipe closes, even if this process is killed
		detached: true, // Ctrl-C reaches only this process, which stops the nodes in order
	});
	const ended = once(child, "exit").then(([code]) => code as number | null);
	let port: number | undefined;
	const open = new Promise<void>((resolve) => {
		createInterface({ input: child.stdout! }).on("line", (line) => {
			print(line);
			const api = /^ +API +http:\/\/localhost:(\d+)\//.exec(line);
			if (api) port = Number(api[1]);
			if (line === READY_LINE) setImmediate(resolve); // after the other lines of this write
		});
	});
	createInterface({ input: child.stderr! }).on("line", print);
	const early = await Promise.race([open, ended.then((code) => ({ code }))]);
	if (early) throw new Error(`${place.name} ended with ${early.code ?? "a signal"} before it was open`);
	return {
		...place,
		pid: child.pid!,
		port,
		ended,
		async stop() {
			child.kill("SIGTERM");
			const timer = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS).unref();
			await ended;
			clearTimeout(timer);
		},
	};
};

/** Stops gateways first. The other nodes complete the requests already accepted. */
export const stopAll = async (nodes: readonly Node[]): Promise<void> => {
	const isGateway = ({ port }: Node): boolean => port !== undefined;
	await Promise.all(nodes.filter(isGateway).map((node) => node.stop()));
	await Promise.all(nodes.filter((node) => !isGateway(node)).map((node) => node.stop()));
};
