import { createServer, STATUS_CODES, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ErrorCode } from "@kernel/errors";
import { hasBody } from "./exchange";
import { problem } from "./problem";
import { requestIdOf } from "./request-id";

export interface Timeouts {
	/** Maximum time for the headers of a request to arrive. */
	readonly headersMs: number;
	/** Maximum time for a whole request with its body. It allows for large imports; other bodies have limits of their own. */
	readonly requestMs: number;
	/** Maximum time for a JSON body to arrive. */
	readonly bodyMs: number;
	/** Maximum idle time of a connection. It exceeds that of common proxies, so that no connection is closed while a proxy reuses it. */
	readonly keepAliveMs: number;
}

export const TIMEOUTS: Timeouts = { headersMs: 15_000, requestMs: 3_600_000, bodyMs: 30_000, keepAliveMs: 65_000 };

/** Maximum time for the rest of a request that has already been answered. */
const REST_MS = 5_000;
const MAX_HEADER_BYTES = 16_384;
const MAX_CHECKING_MS = 2_000;

const CODES: Readonly<Record<string, ErrorCode>> = {
	HPE_HEADER_OVERFLOW: "HEADERS_TOO_LARGE",
	ERR_HTTP_REQUEST_TIMEOUT: "REQUEST_TOO_SLOW",
};

/** The last response on a connection whose request could not be parsed. */
const finalResponse = (code: ErrorCode) => {
	const requestId = requestIdOf(undefined);
	const noHttp = { errors: [{ path: "", message: "the input is not a valid HTTP request" }] };
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

/** Answers input that is not valid HTTP, arrives too slowly, or exceeds the header limit. */
const refuse = (cause: NodeJS.ErrnoException, socket: Socket & { _httpMessage?: { headersSent: boolean } }): void => {
	if (cause.code === "ECONNRESET" || !socket.writable || socket._httpMessage?.headersSent) {
		socket.destroy();
		return;
	}
	close(socket, CODES[cause.code ?? ""] ?? "VALIDATION_FAILED");
};

/**
 * Starts the server. Port 0 selects any free port.
 * @throws with a message for the operator if the port is not available
 */
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
			requireHostHeader: false, // the response of Node is not a problem document
		},
		answer,
	);
	server.on("clientError", refuse);
	// Unknown expectations may be ignored (RFC 9110, 10.1.1).
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
