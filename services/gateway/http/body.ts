import type { IncomingMessage } from "node:http";
import { serviceError } from "@mixins/errors/service-errors";
import { clearTimeLimit, startTimeLimit } from "@mixins/async/time-limits";
import { hasBody } from "./exchange";

export const MAX_JSON_BYTES = 1_048_576;

/** The client disconnected before the request was complete, so no response can be sent. */
export class ClientDisconnectedError extends Error {}

/** @throws UNSUPPORTED_MEDIA_TYPE if the body has another type, is compressed, or is not in UTF-8 */
export const requireMediaType = (req: IncomingMessage, wanted: string): void => {
	if (req.headers["content-type"] === wanted && req.headers["content-encoding"] === undefined) return;
	const [type = "", ...parameters] = (req.headers["content-type"] ?? "").toLowerCase().split(";");
	const charset = parameters
		.map((parameter) => /^\s*charset\s*=\s*"?([^"\s]+)"?\s*$/.exec(parameter)?.[1])
		.find((found) => found !== undefined);
	const coding = req.headers["content-encoding"];
	const readable =
		(charset === undefined || /^(utf-?8|us-ascii)$/.test(charset)) && (coding === undefined || coding.toLowerCase() === "identity");
	if (type.trim() !== wanted || !readable) throw serviceError("UNSUPPORTED_MEDIA_TYPE");
};

const NO_BYTES = Buffer.alloc(0);

/**
 * Reads a body of limited size.
 *
 * @throws BODY_TOO_LARGE as soon as the limit is exceeded, leaving the rest unread; REQUEST_TOO_SLOW; ClientDisconnectedError
 */
export const readBytes = (req: IncomingMessage, maxBytes: number, withinMs: number): Promise<Buffer> => {
	if (!hasBody(req) || req.readableEnded) return Promise.resolve(NO_BYTES);
	if (Number(req.headers["content-length"] ?? 0) > maxBytes) return Promise.reject(serviceError("BODY_TOO_LARGE"));
	return new Promise((resolve, reject) => {
		const chunks: Buffer[] = [];
		let size = 0;
		const refuse = (cause: Error): void => {
			clearTimeLimit(limit);
			req.off("data", onData);
			req.pause();
			reject(cause);
		};
		const onData = (chunk: Buffer): void => {
			size += chunk.length;
			if (size > maxBytes) refuse(serviceError("BODY_TOO_LARGE"));
			else chunks.push(chunk);
		};
		// Also emitted after the end, when the promise is already settled.
		const onGone = (): void => {
			if (!req.readableEnded) refuse(new ClientDisconnectedError("the client disconnected"));
		};
		const limit = startTimeLimit(withinMs, () => {
			refuse(serviceError("REQUEST_TOO_SLOW"));
		});
		req.on("data", onData).on("close", onGone).on("error", onGone);
		req.on("end", () => {
			clearTimeLimit(limit);
			resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
		});
	});
};
