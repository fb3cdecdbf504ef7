import { LIMITS } from "../limits";

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

const bytesOf = (chunk: Uint8Array | string): Buffer =>
	typeof chunk === "string" ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);

/**
 * The file's bytes in pieces of one size, but for the last, however they arrive; without the byte order mark that spreadsheets put before
 * UTF-8. A piece is good until the next is asked for.
 */
export const readChunks = async function* (
	source: AsyncIterable<Uint8Array | string>,
	size: number = LIMITS.sliceBytes,
): AsyncGenerator<Buffer, void, undefined> {
	const withoutMark = (bytes: Buffer, isFirst: boolean): Buffer =>
		isFirst && bytes.subarray(0, BOM.length).equals(BOM) ? bytes.subarray(BOM.length) : bytes;
	const slice = Buffer.allocUnsafe(size);
	let filled = 0;
	let isFirst = true;
	for await (const chunk of source) {
		const bytes = bytesOf(chunk);
		for (let from = 0; from < bytes.length;) {
			const copied = bytes.copy(slice, filled, from);
			from += copied;
			filled += copied;
			if (filled < size) continue;
			yield withoutMark(slice, isFirst);
			isFirst = false;
			filled = 0;
		}
	}
	if (filled > 0) yield withoutMark(slice.subarray(0, filled), isFirst);
};
