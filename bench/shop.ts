import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { builtProgram } from "../cli/built-program";
import { freePort } from "@config/ports";
import { sendWithRetries } from "./retry-after";
import { startProgram, type Running } from "./program";

export const ADMIN = { email: "admin@bench.example", password: "a long password for the bench" };

/** The working copy whose dist/ contains this build. */
export const OWN_FOLDER = join(builtProgram(), "..");

/** The built program in a child process, pinned to one core by default. */
export interface Shop {
	readonly url: string;
	readonly metricsUrl: string;
	readonly pid: number;
	readonly bootMs: number;
	readonly folder: string;
	/** Resident memory in MB. */
	memoryMb(): number;
	/** Sends the signal; SIGTERM requests a graceful stop. Resolves with the exit code, null if a signal ended the program. */
	stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface Answer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly body: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 512 });

/** Sends a request. Streams and text are sent unchanged, other bodies as JSON. */
export const send = (
	url: string,
	method: string,
	path: string,
	body?: unknown,
	headers: Readonly<Record<string, string>> = {},
): Promise<Answer> =>
	new Promise((resolve, reject) => {
		const text = body === undefined || body instanceof Readable ? undefined : typeof body === "string" ? body : JSON.stringify(body);
		const sent = request(
			url + path,
			{
				method,
				agent,
				headers: {
					...(text !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
					...headers,
				},
			},
			(response) => {
				const chunks: Buffer[] = [];
				response.on("data", (chunk: Buffer) => chunks.push(chunk));
				response.on("end", () => {
					resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() });
				});
				response.on("error", reject);
			},
		);
		sent.on("error", reject);
		if (body instanceof Readable) body.pipe(sent);
		else sent.end(text);
	});

/** Sends a request and retries as Retry-After asks, so `body` must not be a stream. @throws if the response is not a success */
export const sendOk = async (...args: Parameters<typeof send>): Promise<Answer> => {
	const answer = await sendWithRetries(() => send(...args));
	if (answer.status >= 300) throw new Error(`${args[1]} ${args[2]}: ${answer.status} ${answer.body.slice(0, 300)}`);
	return answer;
};

const listening = async (url: string, { exitCode }: Running): Promise<void> => {
	for (;;) {
		if (exitCode() !== undefined) throw new Error(`the program ended with ${exitCode()}`);
		const answer = await send(url, "GET", "/health/ready").catch(() => undefined);
		if (answer?.status === 200) return;
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
};

interface ShopOptions {
	/** The working copy whose built program is started. Default: this one. */
	readonly workingCopy?: string;
	readonly folder?: string;
	readonly env?: Readonly<Record<string, string>>;
	/** Whether the program runs on the core of the programs under test. */
	readonly pin?: boolean;
}

export const startShop = async ({
	workingCopy = OWN_FOLDER,
	folder = mkdtempSync(join(tmpdir(), "tianguis-shop-")),
	env = {},
	pin = true,
}: ShopOptions = {}): Promise<Shop> => {
	const port = await freePort();
	const metricsPort = await freePort();
	const begun = performance.now();
	const program = startProgram({
		workingCopy,
		pin,
		env: {
			PORT: String(port),
			METRICS_PORT: String(metricsPort),
			DATA_DIR: folder,
			RATE_LIMITS: "off",
			LOG_LEVEL: "error",
			ADMIN_EMAIL: ADMIN.email,
			ADMIN_PASSWORD: ADMIN.password,
			...env,
		},
	});
	const url = `http://127.0.0.1:${port}`;
	await listening(url, program);
	return {
		url,
		metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
		pid: program.pid,
		folder,
		bootMs: Math.round(performance.now() - begun),
		memoryMb: () => Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${program.pid}/status`, "utf8"))?.[1] ?? 0) / 1_024),
		stop: program.stop,
	};
};

export const discard = (shop: Shop): void => {
	rmSync(shop.folder, { recursive: true, force: true });
};
