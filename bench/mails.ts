/** The mails that a program without a mail server has written into the folder mail/ of its data folder. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const UNFINISHED = ".tmp";
const MESSAGE_ID = /^message-id:/gim;

/** One file for each mail or one for many: each mail has one Message-ID. */
export const countMails = (text: string): number => text.match(MESSAGE_ID)?.length ?? 0;

interface Known {
	readonly size: number;
	readonly mails: number;
}

const filesOf = (folder: string): string[] =>
	existsSync(folder)
		? readdirSync(folder, { recursive: true, withFileTypes: true })
				.filter((entry) => entry.isFile() && !entry.name.endsWith(UNFINISHED))
				.map(({ parentPath, name }) => join(parentPath, name))
		: [];

/** @returns a function that counts the mails of the folder; it reads only files whose size has changed since its last call */
export const mailCounter = (dataFolder: string): (() => number) => {
	let known: ReadonlyMap<string, Known> = new Map();
	const look = (path: string): Known => {
		const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
		const before = known.get(path);
		return before?.size === size ? before : { size, mails: size === 0 ? 0 : countMails(readFileSync(path, "latin1")) };
	};
	return () => {
		known = new Map(filesOf(join(dataFolder, "mail")).map((path) => [path, look(path)]));
		return [...known.values()].reduce((sum, { mails }) => sum + mails, 0);
	};
};
