import { LIMITS } from "../limits";

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

const bytesOf = (chunk: Uint8Array | string): Buffer =>
	typeof chunk === "string" ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);

/**
 * Splits a file into chunks of equal size, except for the last, and removes a UTF-8 byte order mark. A chunk is valid only until the next one
 * is requested, because the buffer is reused.
 */
export const readChunks = async function* (
	source: AsyncIterable<Uint8Array | string>,
	size: number = LIMITS.sliceBytes,
): AsyncGenerator<Buffer, void, undefined> {
	const withoutBom = (bytes: Buffer, isFirst: boolean): Buffer =>
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
			yield withoutBom(slice, isFirst);
			isFirst = false;
			filled = 0;
		}
	}
	if (filled > 0) yield withoutBom(slice.subarray(0, filled), isFirst);
};
