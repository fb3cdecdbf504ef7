import { createServer, STATUS_CODES, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ErrorCode } from "@kernel/errors";
import { hasBody } from "./exchange";
import { problem } from "./problem";
import { requestIdOf } from "./request-id";

export interface Timeouts {
	/** For the headers of a request to arrive. */
	readonly headersMs: number;
	/** For all of a request, its body included: a large import takes its time. What may be slow has a limit of its own. */
	readonly requestMs: number;
	/** For a body of JSON. */
	readonly bodyMs: number;
	/** How long a connection may wait for its next request. More than a proxy's, so that none is closed under it. */
	readonly keepAliveMs: number;
}

export const TIMEOUTS: Timeouts = { headersMs: 15_000, requestMs: 3_600_000, bodyMs: 30_000, keepAliveMs: 65_000 };

/** For what is left of a request that has been answered already. */
const REST_MS = 5_000;
const MAX_HEADER_BYTES = 16_384;
const MAX_CHECKING_MS = 2_000;

const CODES: Readonly<Record<string, ErrorCode>> = {
	HPE_HEADER_OVERFLOW: "HEADERS_TOO_LARGE",
	ERR_HTTP_REQUEST_TIMEOUT: "REQUEST_TOO_SLOW",
};

/** To a request that there is none of yet: what to say last, on a connection that is then closed. */
const finalResponse = (code: ErrorCode) => {
	const requestId = requestIdOf(undefined);
	const noHttp = { errors: [{ path: "", message: "not a valid HTTP request" }] };
	const { status, headers, body } = problem(code, requestId, code === "VALIDATION_FAILED" ? noHttp : undefined);
	const text = body as string;
	const head = { ...headers, "X-Request-Id": requestId, "Content-Length": Buffer.byteLength(text), Connection: "close" };
	return { status, head, text };
};

const close = (socket: Duplex, code: ErrorCode): void => {
	const { status, head, text } = finalResponse(code);
	const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
	socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${text}`);
};

/** To what is no HTTP, comes too slowly, or has too much in its head. */
const refuse = (cause: NodeJS.ErrnoException, socket: Socket & { _httpMessage?: { headersSent: boolean } }): void => {
	if (cause.code === "ECONNRESET" || !socket.writable || socket._httpMessage?.headersSent) {
		socket.destroy();
		return;
	}
	close(socket, CODES[cause.code ?? ""] ?? "VALIDATION_FAILED");
};

/** @throws with one line for the operator where the port cannot be had. Port 0: any that is free. */
export const listen = (handle: RequestListener, port: number, { headersMs, requestMs, keepAliveMs }: Timeouts): Promise<Server> => {
	const answer: RequestListener = (req, res) => {
		if (req.headers.host === undefined && req.httpVersion === "1.1") {
			const { status, head, text } = finalResponse("VALIDATION_FAILED");
			res.writeHead(status, head).end(text);
			return;
		}
		if (hasBody(req))
			res.on("finish", () => {
				if (!req.complete) setTimeout(() => req.complete || req.socket.destroy(), REST_MS).unref();
			});
		handle(req, res);
	};
	const server = createServer(
		{
			maxHeaderSize: MAX_HEADER_BYTES,
			headersTimeout: headersMs,
			requestTimeout: requestMs,
			keepAliveTimeout: keepAliveMs,
			connectionsCheckingInterval: Math.min(MAX_CHECKING_MS, headersMs),
			requireHostHeader: false, // Node's own answer is no problem document
		},
		answer,
	);
	server.on("clientError", refuse);
	// An expectation that nobody knows may be passed over (RFC 9110, 10.1.1).
	server.on("checkExpectation", answer);
	server.on("connect", (_, socket) => {
		close(socket, "METHOD_NOT_ALLOWED");
	});
	return new Promise((resolve, reject) => {
		server.once("error", (cause: NodeJS.ErrnoException) => {
			reject(cause.code === "EADDRINUSE" ? new Error(`port ${port} is in use`, { cause }) : cause);
		});
		server.listen({ port }, () => {
			resolve(server);
		});
	});
};
