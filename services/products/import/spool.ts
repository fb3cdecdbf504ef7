import { open, mkdtemp, rm, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { timeSlice } from "@mixins/async/time-slice";

/** A file that came as a stream, to be read more than once. */
export interface Spooled {
	/** Its bytes, from the first. */
	read(): AsyncIterable<Uint8Array>;
	remove(): Promise<void>;
}

/** Nearly all files are smaller: they never touch a disk. */
const IN_MEMORY_BYTES = 8_388_608;

/** A file of the system's that nobody else may read. Where the system allows, it has no name any more, so that not even a kill leaves it behind. */
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
 * Takes in the whole of a file, so that one that breaks off on its way has no effect at all.
 *
 * @throws what the source fails with
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
