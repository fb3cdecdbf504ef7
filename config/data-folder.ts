import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** The data folder cannot be used. The message is one line for the operator. */
export class DataFolderError extends Error {}

export interface DataFolder {
	readonly path: string;
	file(...names: readonly string[]): string;
	release(): void;
}

/**
 * Makes this process the only owner of a data folder. The lock is an open transaction on a separate file. The operating system releases it when
 * the process ends, also after a crash.
 *
 * @throws DataFolderError if another process owns the folder, or if it is not writable
 */
export const acquireDataFolder = (path: string): DataFolder => {
	let lock: DatabaseSync;
	try {
		mkdirSync(path, { recursive: true, mode: 0o700 });
		lock = new DatabaseSync(join(path, "lock.db"));
	} catch (cause) {
		throw new DataFolderError(`the data folder ${path} cannot be used: ${(cause as Error).message}`);
	}
	try {
		lock.exec("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE");
	} catch {
		// SQLITE_BUSY: another process holds the lock.
		lock.close();
		throw new DataFolderError(`the data folder ${path} is in use by another process`);
	}
	return {
		path,
		file: (...names) => join(path, ...names),
		release: () => {
			if (lock.isOpen) lock.close();
		},
	};
};

/**
 * Opens a data folder that nodes on one host may share, because no file in it has more than one writer.
 *
 * @throws DataFolderError if the folder cannot be created
 */
export const sharedDataFolder = (path: string): DataFolder => {
	try {
		mkdirSync(path, { recursive: true, mode: 0o700 });
	} catch (cause) {
		throw new DataFolderError(`the data folder ${path} cannot be used: ${(cause as Error).message}`);
	}
	return { path, file: (...names) => join(path, ...names), release: () => undefined };
};

const SECRET_BYTES = 32;

/** The signing secret, generated once and stored in the folder, readable only by its owner. A power cut leaves the file complete or absent. */
export const readOrCreateSecret = (folder: string): string => {
	const file = join(folder, "secret");
	if (!existsSync(file)) {
		const unfinished = `${file}.tmp`;
		writeFileSync(unfinished, randomBytes(SECRET_BYTES).toString("hex"), { mode: 0o600, flush: true });
		renameSync(unfinished, file);
	}
	return readFileSync(file, "utf8").trim();
};
