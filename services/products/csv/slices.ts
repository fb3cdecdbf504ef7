import { LIMITS } from "./limits";

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

const bytesOf = (chunk: Uint8Array | string): Buffer =>
	typeof chunk === "string" ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);

/** The file's bytes in pieces of bounded size, without the byte order mark that spreadsheets put before UTF-8. */
export const slices = async function* (source: AsyncIterable<Uint8Array | string>): AsyncGenerator<Buffer> {
	let head: Buffer | null = Buffer.alloc(0);
	for await (const chunk of source) {
		let bytes = bytesOf(chunk);
		if (head) {
			bytes = Buffer.concat([head, bytes]);
			head = bytes.length < BOM.length ? bytes : null;
			if (head) continue;
			if (bytes.subarray(0, BOM.length).equals(BOM)) bytes = bytes.subarray(BOM.length);
		}
		for (let from = 0; from < bytes.length; from += LIMITS.sliceBytes) yield bytes.subarray(from, from + LIMITS.sliceBytes);
	}
	if (head && head.length > 0) yield head;
};
