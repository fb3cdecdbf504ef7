import type { IncomingMessage } from "node:http";
import { Transform } from "node:stream";
import { serviceError } from "@mixins/errors/service-errors";
import { ClientDisconnectedError } from "./body";

export const MAX_UPLOAD_BYTES = 536_870_912;
/** Maximum pause of the sender in milliseconds while the server waits for data. */
const IDLE_MS = 60_000;

export interface Upload {
	readonly stream: Transform;
	/** Whether the body exceeded the limit. If so, this is the cause of any error of the reader. */
	tooLarge(): boolean;
}

/**
 * Streams a large body and counts its bytes. The reader receives an error if the body is too large, is cut off, or arrives too slowly. A
 * sender that waits for a slow reader does not count as slow.
 *
 * @throws BODY_TOO_LARGE if the declared length exceeds the limit
 */
export const upload = (req: IncomingMessage, maxBytes = MAX_UPLOAD_BYTES, idleMs = IDLE_MS): Upload => {
	if (Number(req.headers["content-length"] ?? 0) > maxBytes) throw serviceError("BODY_TOO_LARGE");
	let size = 0;
	const stream = new Transform({
		transform(chunk: Buffer, _encoding, done) {
			silence.refresh();
			size += chunk.length;
			if (size > maxBytes) done(serviceError("BODY_TOO_LARGE"));
			else done(null, chunk);
		},
	});
	const silence = setTimeout(() => {
		if (stream.writableNeedDrain || stream.writableEnded) silence.refresh();
		else stream.destroy(serviceError("REQUEST_TOO_SLOW"));
	}, idleMs).unref();
	stream.once("close", () => {
		clearTimeout(silence);
	});
	stream.on("error", () => undefined); // the reader handles the error; without a listener Node would crash
	req.once("close", () => {
		if (!req.readableEnded) stream.destroy(new ClientDisconnectedError("the client disconnected"));
	});
	req.pipe(stream);
	return { stream, tooLarge: () => size > maxBytes };
};
