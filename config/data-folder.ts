import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** A folder that cannot be used. The message is one line for the operator. */
export class DataFolderError extends Error {}

export interface DataFolder {
	readonly path: string;
	file(...names: readonly string[]): string;
	release(): void;
}

/**
 * Makes this process the one owner of a data folder. The lock is an open transaction on a side file: the system drops it when its holder
 * dies, however it dies.
 *
 * @throws BadDataFolder where another process owns it, or it cannot be written
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
		// SQLite reports the lock of the other process as busy
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
 * A folder that nodes on one machine may share: it holds nothing that two of them would write.
 *
 * @throws BadDataFolder where it cannot be written
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

/** The secret that this shop signs with: made once and kept in the folder, readable by its owner only. A power cut leaves it whole or not at all. */
export const readOrCreateSecret = (folder: string): string => {
	const file = join(folder, "secret");
	if (!existsSync(file)) {
		const unfinished = `${file}.tmp`;
		writeFileSync(unfinished, randomBytes(SECRET_BYTES).toString("hex"), { mode: 0o600, flush: true });
		renameSync(unfinished, file);
	}
	return readFileSync(file, "utf8").trim();
};
