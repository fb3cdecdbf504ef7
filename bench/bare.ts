/** A bare node:http server on the core of the programs under test. It shows the upper bound for any program. */
import { spawn } from "node:child_process";
import autocannon from "autocannon";
import { freePort } from "@config/ports";
import { onServerCore } from "./cores";
import { measure, type Sample } from "./process-sample";
import { send } from "./shop";

export interface Bare {
	readonly url: string;
	readonly pid: number;
	stop(): void;
}

/** Defines the unit "bare replies": replies of 400 bytes to a POST of small JSON, over 64 keep-alive connections. */
const REPLY = JSON.stringify({ text: "x".repeat(389) });
const CONNECTIONS = 64;
const POST = {
	method: "POST",
	headers: { "content-type": "application/json" },
	body: JSON.stringify({ sku: "BENCH-1-S", quantity: 1 }),
} as const;

const SCRIPT = `const body = Buffer.from(process.env.BODY, "base64");
require("node:http").createServer((request, response) => {
	request.resume().on("end", () => {
		response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
		response.end(body);
	});
}).listen(Number(process.env.PORT), "127.0.0.1")`;

/** Starts the server, which reads each request to its end before it replies. */
export const startBare = async (): Promise<Bare> => {
	const port = await freePort();
	const [command, args] = onServerCore(process.execPath, ["-e", SCRIPT]);
	const child = spawn(command, args, {
		stdio: "inherit",
		env: { PATH: process.env["PATH"], PORT: String(port), BODY: Buffer.from(REPLY).toString("base64") },
	});
	process.once("exit", () => child.kill("SIGKILL"));
	const url = `http://127.0.0.1:${port}`;
	while ((await send(url, "GET", "/").catch(() => undefined)) === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
	return { url, pid: child.pid!, stop: () => void child.kill() };
};

/** Measures one slice of bare replies. */
export const bareSample = async ({ url, pid }: Bare, replies: number): Promise<Sample> => {
	const sample = measure(pid);
	const { requests } = await autocannon({ url, connections: CONNECTIONS, amount: replies, ...POST });
	return sample(requests.total);
};
