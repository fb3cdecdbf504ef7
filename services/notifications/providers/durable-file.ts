import { closeSync, fdatasync, fstatSync, fsync, openSync, readSync, write } from "node:fs";
import { dirname } from "node:path";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";

const PRIVATE = 0o600;

interface Options {
	/** Path of the file, evaluated before each write. Its folder must exist. */
	readonly path: () => string;
	/** Terminator of each record. If the file ends otherwise, its last record is torn and is terminated before the next one. */
	readonly recordEnd: string;
}

interface Waiting {
	readonly record: string;
	readonly resolve: () => void;
	readonly reject: (cause: unknown) => void;
}

const writing = promisify(write);
const syncing = promisify(fdatasync);
const syncingFolder = promisify(fsync);

/** Makes the name of a new file durable. Not needed on Windows, which cannot open folders. */
const syncFolder = async (folder: string): Promise<void> => {
	if (process.platform === "win32") return;
	const handle = openSync(folder, "r");
	try {
		await syncingFolder(handle);
	} finally {
		closeSync(handle);
	}
};

const endOf = (file: number, size: number, length: number): string => {
	const end = Buffer.alloc(Math.min(size, length));
	readSync(file, end, 0, end.length, size - end.length);
	return end.toString("latin1");
};

/** @param isNew whether the name of the file may not be durable yet */
const append = async (path: string, records: string, recordEnd: string, isNew: boolean): Promise<void> => {
	const file = openSync(path, "a+", PRIVATE);
	try {
		const { size } = fstatSync(file);
		const isTorn = size > 0 && endOf(file, size, recordEnd.length) !== recordEnd;
		const bytes = Buffer.from((isTorn ? recordEnd : "") + records);
		const { bytesWritten } = await writing(file, bytes, 0, bytes.length, null);
		if (bytesWritten < bytes.length) throw Object.assign(new Error("incomplete write: the disk is full"), { code: "ENOSPC" });
		await syncing(file);
		if (isNew) await syncFolder(dirname(path));
	} finally {
		closeSync(file);
	}
};

/**
 * Appends records to a file. Records that arrive during a write share the next write and its fsync. Several processes may append to the same file, because
 * each write is atomic at the end of the file (O_APPEND; not on NFS).
 *
 * @returns a function that resolves when the record is durable. After a rejection, the file may contain the record, a part of it, or nothing.
 */
export const durableFile = ({ path, recordEnd }: Options) => {
	const waiting: Waiting[] = [];
	let isBusy = false;
	/** Path whose name this process has made durable. Another process may have crashed after it created the file and before that. */
	let durablePath: string | undefined;

	const work = async (): Promise<void> => {
		isBusy = true;
		await setImmediate(); // collects the records of this event loop turn
		while (waiting.length > 0) {
			const batch = waiting.splice(0);
			try {
				const file = path();
				await append(file, batch.map(({ record }) => record).join(""), recordEnd, file !== durablePath);
				durablePath = file;
				for (const { resolve } of batch) resolve();
			} catch (cause) {
				for (const { reject } of batch) reject(cause);
			}
		}
		isBusy = false;
	};

	return (record: string): Promise<void> =>
		new Promise((resolve, reject) => {
			waiting.push({ record, resolve, reject });
			if (!isBusy) void work();
		});
};
