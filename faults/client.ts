import { Agent, request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { increment, type History } from "./history";

/** The last reply; status 0 if none arrived before the client's deadline. */
export interface Answer<T> {
	readonly status: number;
	readonly body: T;
	/** Whether an earlier attempt without a reply may have taken effect. */
	readonly repeated: boolean;
	readonly replayed: boolean;
}

export interface Sent {
	readonly key?: string;
	readonly token?: string | undefined;
	readonly headers?: Readonly<Record<string, string>>;
	readonly patienceMs?: number;
}

/** Retries a request under the same Idempotency-Key until it has a reply. */
export type Client = <T = { code?: string }>(method: string, path: string, body?: unknown, sent?: Sent) => Promise<Answer<T>>;

/** Exceeds the longest time-out of a request. */
const TRY_MS = 20_000;
/** Exceeds the time that an idempotency key stays locked by a crashed gateway. */
const MAX_WAIT_MS = 100_000;

interface Raw {
	readonly status: number;
	readonly text: string;
	readonly replayed: boolean;
}

const once = (
	agent: Agent,
	url: string,
	method: string,
	text: string | undefined,
	headers: Readonly<Record<string, string>>,
): Promise<Raw> =>
	new Promise((resolve, reject) => {
		const sent = request(url, { method, agent, headers, signal: AbortSignal.timeout(TRY_MS) }, (response) => {
			const chunks: Buffer[] = [];
			response.on("data", (chunk: Buffer) => chunks.push(chunk));
			response.on("error", reject);
			response.on("end", () => {
				// A reply cut off within its body counts as none.
				if (!response.complete) reject(new Error("cut off"));
				else
					resolve({
						status: response.statusCode ?? 0,
						text: Buffer.concat(chunks).toString(),
						replayed: response.headers["idempotency-replayed"] !== undefined,
					});
			});
		});
		sent.on("error", reject);
		sent.end(text);
	});

const parsed = (text: string): unknown => {
	try {
		return JSON.parse(text);
	} catch {
		return {};
	}
};

/** Replies that ask the client to retry. */
const mustWait = (status: number, code: string | undefined): boolean =>
	status === 503 ||
	status === 429 ||
	(status === 409 && code === "IDEMPOTENCY_IN_PROGRESS") ||
	(status >= 500 && code !== "PROVIDER_ERROR");

const note = ({ unexpectedAnswers }: History, method: string, path: string, { status, text }: Raw): void => {
	const what = `${status} ${method} ${path.replaceAll(/(cart|ord|line|shp|pay)_[\w-]+/g, "{id}").replace(/\?.*/, "")}`;
	const known = unexpectedAnswers.get(what) ?? { count: 0, example: text.slice(0, 300) };
	known.count += 1;
	unexpectedAnswers.set(what, known);
};

/**
 * @param urls URLs of the gateways; each attempt takes the next, as a load balancer would
 * @param isOver once true, clients stop waiting for replies
 */
export const client = (history: History, urls: () => readonly string[], isOver: () => boolean = () => false): Client => {
	const agent = new Agent({ keepAlive: true, maxSockets: 256 });
	let turn = 0;
	return async <T>(method: string, path: string, body?: unknown, { key, token, headers, patienceMs = MAX_WAIT_MS }: Sent = {}) => {
		const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
		const all = {
			...(text !== undefined && { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) }),
			...(key !== undefined && { "idempotency-key": key }),
			...(token !== undefined && { authorization: `Bearer ${token}` }),
			...headers,
		};
		const deadline = performance.now() + patienceMs;
		let repeated = false;
		for (let tries = 0; ; tries++) {
			const gateways = urls();
			const url = gateways[turn++ % gateways.length]!;
			let answer: Raw | undefined;
			try {
				answer = await once(agent, url + path, method, text, all);
				increment(history.answers, String(answer.status));
				const { code } = parsed(answer.text) as { code?: string };
				if (answer.status >= 500 && answer.status !== 503 && code !== "PROVIDER_ERROR") note(history, method, path, answer);
				if (!mustWait(answer.status, code))
					return { status: answer.status, body: parsed(answer.text) as T, repeated, replayed: answer.replayed };
			} catch (cause) {
				increment(
					history.answers,
					(cause as Error).name === "AbortError" || (cause as Error).name === "TimeoutError" ? "late" : "cut",
				);
			}
			// The reply does not tell whether the request took effect. A 503 may follow a partial execution.
			repeated = true;
			if (performance.now() > deadline || isOver()) return { status: 0, body: {} as T, repeated, replayed: false };
			await pause(Math.min(1_000, 50 * 2 ** Math.min(tries, 5)));
		}
	};
};
