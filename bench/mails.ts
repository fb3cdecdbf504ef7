/** Counts mails that a program without a mail server writes into the folder mail/ of its data folder. */
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";

const UNFINISHED = ".tmp";
const MESSAGE_ID = /^message-id:/gim;

interface Known {
	/** Number of bytes read so far; always complete lines. */
	readonly size: number;
	readonly mails: number;
}

const NOTHING: Known = { size: 0, mails: 0 };

const filesOf = (folder: string): string[] =>
	existsSync(folder)
		? readdirSync(folder, { recursive: true, withFileTypes: true })
				.filter((entry) => entry.isFile() && !entry.name.endsWith(UNFINISHED))
				.map(({ parentPath, name }) => join(parentPath, name))
		: [];

const readFrom = (path: string, position: number, length: number): string => {
	const file = openSync(path, "r");
	try {
		const buffer = Buffer.alloc(length);
		return buffer.toString("latin1", 0, readSync(file, buffer, 0, length, position));
	} finally {
		closeSync(file);
	}
};

/** Counts mails by their Message-ID, because a file may contain one mail or many. */
const readOn = (path: string, { size, mails }: Known): Known => {
	const length = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) - size;
	if (length <= 0) return { size, mails };
	const text = readFrom(path, size, length);
	const lines = text.slice(0, text.lastIndexOf("\n") + 1);
	return { size: size + lines.length, mails: mails + (lines.match(MESSAGE_ID)?.length ?? 0) };
};

/** @returns a function that counts the mails of the folder; it reads only what was added since its last call */
export const mailCounter = (dataFolder: string): (() => number) => {
	let known: ReadonlyMap<string, Known> = new Map();
	return () => {
		known = new Map(filesOf(join(dataFolder, "mail")).map((path) => [path, readOn(path, known.get(path) ?? NOTHING)]));
		return [...known.values()].reduce((sum, { mails }) => sum + mails, 0);
	};
};
