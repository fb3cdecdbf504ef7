import type { IncomingMessage } from "node:http";
import { Transform } from "node:stream";
import { serviceError } from "@mixins/errors/service-errors";
import { ClientDisconnectedError } from "./body";

export const MAX_UPLOAD_BYTES = 536_870_912;
/** How long its sender may be silent while we wait for more. */
const IDLE_MS = 60_000;

export interface Upload {
	readonly stream: Transform;
	/** Whether more came than allowed: whatever its reader made of that, it is the reason. */
	tooLarge(): boolean;
}

/**
 * A large body, counted while it passes. Its reader sees an error where it is too large, breaks off, or comes too slowly: a sender that waits for
 * us, because its reader takes its time, is not slow.
 *
 * @throws BODY_TOO_LARGE where the client says so itself
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
	stream.on("error", () => undefined); // its reader is told; where it has none, nobody needs to be
	req.once("close", () => {
		if (!req.readableEnded) stream.destroy(new ClientDisconnectedError("the client went away"));
	});
	req.pipe(stream);
	return { stream, tooLarge: () => size > maxBytes };
};
