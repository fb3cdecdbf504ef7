import { createServer, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";
import { ERRORS, type ErrorCode } from "@kernel/errors";

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

/** To what is no HTTP, comes too slowly, or has too much in its head: there is no request yet that could be answered. */
const refuse = (cause: NodeJS.ErrnoException, socket: Socket & { _httpMessage?: { headersSent: boolean } }): void => {
	if (cause.code === "ECONNRESET" || !socket.writable || socket._httpMessage?.headersSent) {
		socket.destroy();
		return;
	}
	const code = CODES[cause.code ?? ""] ?? "VALIDATION_FAILED";
	const { status, title } = ERRORS[code];
	const body = JSON.stringify({
		type: `urn:tianguis:problem:${code}`,
		title,
		status,
		detail: code === "VALIDATION_FAILED" ? "This is no HTTP request." : title,
		code,
	});
	socket.end(
		`HTTP/1.1 ${status} Refused\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
	);
};

/** @throws with one line for the operator where the port cannot be had. Port 0: any that is free. */
export const listen = (handle: RequestListener, port: number, { headersMs, requestMs, keepAliveMs }: Timeouts): Promise<Server> => {
	const server = createServer(
		{
			maxHeaderSize: MAX_HEADER_BYTES,
			headersTimeout: headersMs,
			requestTimeout: requestMs,
			keepAliveTimeout: keepAliveMs,
			connectionsCheckingInterval: Math.min(MAX_CHECKING_MS, headersMs),
		},
		(req, res) => {
			res.once("finish", () => {
				if (!req.complete) setTimeout(() => req.complete || req.socket.destroy(), REST_MS).unref();
			});
			handle(req, res);
		},
	);
	server.on("clientError", refuse);
	return new Promise((resolve, reject) => {
		server.once("error", (cause: NodeJS.ErrnoException) => {
			reject(cause.code === "EADDRINUSE" ? new Error(`port ${port} is in use`, { cause }) : cause);
		});
		server.listen({ port }, () => {
			resolve(server);
		});
	});
};
