import { open, mkdtemp, rm, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { timeSlice } from "@mixins/async/time-slice";

/** A received file that can be read more than once. */
export interface Spooled {
	/** Bytes of the file from the start. */
	read(): AsyncIterable<Uint8Array>;
	remove(): Promise<void>;
}

/** Maximum size kept in memory. Nearly all files are smaller and are never written to disk. */
const IN_MEMORY_BYTES = 8_388_608;

/** Creates a temporary file that only this user can read. Where possible it is unlinked at once, so that even a killed process leaves no file. */
const tempFile = async (): Promise<{ readonly file: FileHandle; readonly remove: () => Promise<void> }> => {
	const folder = await mkdtemp(join(tmpdir(), "tianguis-upload-"));
	const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true });
	try {
		const file = await open(join(folder, "upload"), "wx+", 0o600);
		await removeFolder().catch(() => undefined); // the system keeps an open file: it is removed after the upload
		return { file, remove: () => file.close().finally(removeFolder) };
	} catch (cause) {
		await removeFolder();
		throw cause;
	}
};

/**
 * Receives a complete file before it is processed, so that an interrupted upload has no effect.
 *
 * @throws the error of the source
 */
export const spool = async (source: AsyncIterable<Uint8Array>, inMemoryBytes = IN_MEMORY_BYTES): Promise<Spooled> => {
	let chunks: Uint8Array[] = [];
	let bytes = 0;
	let temp: Awaited<ReturnType<typeof tempFile>> | undefined;
	try {
		for await (const chunk of source) {
			await timeSlice();
			chunks.push(chunk);
			bytes += chunk.length;
			if (bytes <= inMemoryBytes) continue;
			temp ??= await tempFile();
			for (const written of chunks) await temp.file.appendFile(written);
			chunks = [];
		}
	} catch (cause) {
		await temp?.remove();
		throw cause;
	}
	const held = temp;
	return {
		read: held ? () => held.file.createReadStream({ start: 0, autoClose: false }) : () => each(chunks),
		remove: async () => held?.remove(),
	};
};

async function* each(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
	for (const chunk of chunks) yield await Promise.resolve(chunk);
}
