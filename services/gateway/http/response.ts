import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline, type Readable } from "node:stream";
import type { ErrorCode } from "@kernel/errors";
import { hasBody, type Exchange } from "./exchange";
import { NOTHING_ACTIVE, PRIVATE, SECURITY } from "./headers";

/** A response before it is written. */
export interface HttpResponse {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string | Buffer | Readable | null;
	/** Error code, if the response is an error. */
	readonly code: ErrorCode | null;
}

export const httpResponse = (status: number, headers: Readonly<Record<string, string>>, body: HttpResponse["body"]): HttpResponse => ({
	status,
	headers,
	body,
	code: null,
});

/** Up to this size Node reads the rest of a body itself and keeps the connection alive. */
const SMALL_REST_BYTES = 1_048_576;
const LINGER_MS = 5_000;
const LINGER_BYTES = 67_108_864;

/** Whether a large or unbounded body has not been read yet. */
const isUnread = (req: IncomingMessage): boolean => {
	if (req.complete || !hasBody(req)) return false;
	const declared = req.headers["content-length"];
	return declared === undefined || Number(declared) > SMALL_REST_BYTES;
};

/**
 * Responds while the client is still sending. Closing at once would reset the connection before the client reads the response. The response
 * is therefore sent in full, further input is discarded up to a limit, and then the connection is closed.
 */
const sendWhileDraining = (req: IncomingMessage, res: ServerResponse, body: string | Buffer): void => {
	let left = LINGER_BYTES;
	const finish = (): void => {
		clearTimeout(timer);
		if (!res.writableEnded) res.end();
	};
	const timer = setTimeout(finish, LINGER_MS).unref();
	res.write(body);
	req.unpipe();
	req.on("data", (chunk: Buffer) => {
		left -= chunk.length;
		if (left < 0) finish();
	});
	req.once("end", finish).once("close", finish).once("error", finish);
	req.resume();
};

const DEFAULTS: Readonly<Record<string, string>> = { ...SECURITY, "Content-Security-Policy": NOTHING_ACTIVE, "Cache-Control": PRIVATE };
const DEFAULT_NAMES = Object.keys(DEFAULTS);

/** A flat list of names and values, the form that Node writes fastest. Response headers override the defaults. */
const headOf = (requestId: string, bytes: number | undefined, headers: HttpResponse["headers"]): string[] => {
	const head = ["X-Request-Id", requestId];
	if (bytes !== undefined) head.push("Content-Length", String(bytes));
	for (const name of DEFAULT_NAMES) if (headers[name] === undefined) head.push(name, DEFAULTS[name]!);
	for (const name of Object.keys(headers)) head.push(name, headers[name]!);
	return head;
};

/**
 * Writes the response.
 * @param closing whether to close the connection after the response
 * @param onBroken called if a stream fails after the headers were sent: the client receives a truncated body
 */
export const send = (
	{ req, res, requestId }: Exchange,
	{ status, headers, body }: HttpResponse,
	closing: boolean,
	onBroken: (cause: unknown) => void,
): void => {
	if (res.headersSent || res.destroyed) return;
	const unread = isUnread(req);
	if (closing || unread) res.shouldKeepAlive = false;
	const length = body === null ? 0 : typeof body === "string" ? Buffer.byteLength(body) : Buffer.isBuffer(body) ? body.length : undefined;
	const empty = status === 204 || status === 304;
	res.writeHead(status, headOf(requestId, empty ? undefined : length, headers));
	if (body !== null && typeof body !== "string" && !Buffer.isBuffer(body)) {
		if (req.method === "HEAD") {
			body.destroy();
			res.end();
			return;
		}
		pipeline(body, res, (cause) => {
			if (cause) onBroken(cause);
		});
		return;
	}
	if (unread && body !== null && !empty) sendWhileDraining(req, res, body);
	else res.end(empty ? undefined : (body ?? undefined));
};
