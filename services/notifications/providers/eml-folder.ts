import { randomBytes } from "node:crypto";
import { closeSync, fdatasync, openSync, renameSync, writeSync } from "node:fs";
import { chmod, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { mailboxOf } from "./mailbox";
import { compose } from "./compose";
import { LANGUAGE, mimeOf } from "./mime";
import { DeliveryFailure, type EmailSender } from "./port";

interface Options {
	/** Made where it is missing; for its owner's eyes only. */
	readonly folder: string;
	/** "Shop <shop@example.com>". */
	readonly from: string;
}

const flush = promisify(fdatasync);

const UNFINISHED = ".tmp";

/** Those that a process which died has left. */
const sweep = async (folder: string): Promise<void> => {
	const unfinished = (await readdir(folder)).filter((name) => name.endsWith(UNFINISHED));
	await Promise.all(unfinished.map((name) => rm(join(folder, name), { force: true })));
};

const prepare = async (folder: string): Promise<void> => {
	await mkdir(folder, { recursive: true, mode: 0o700 });
	await chmod(folder, 0o700);
	await sweep(folder);
};

/**
 * For a shop without a mail server: each mail is a file `<id>.eml` that any mail program opens. It is there whole or not at all, and the same
 * mail sent again takes the place of the first.
 *
 * @throws Error where `from` is no address
 */
export const emlFolderSender = ({ folder, from }: Options): EmailSender => {
	const mailbox = mailboxOf(from);
	let ready: Promise<void> | undefined;
	const write = async (id: string, mail: Buffer): Promise<void> => {
		ready ??= prepare(folder);
		await ready;
		const unfinished = join(folder, `${id}.${randomBytes(8).toString("hex")}${UNFINISHED}`);
		try {
			// One trip to the pool, for what waits for the disk: each costs more than the rest of it here.
			const file = openSync(unfinished, "wx", 0o600);
			try {
				writeSync(file, mail);
				await flush(file);
			} finally {
				closeSync(file);
			}
			renameSync(unfinished, join(folder, `${id}.eml`));
		} catch (cause) {
			await rm(unfinished, { force: true });
			throw cause;
		}
	};
	return {
		atOnce: true,
		async send(message) {
			mimeOf(message, mailbox); // refuses what cannot be sent
			const mail = compose(message, mailbox, new Date(), LANGUAGE.test(message.locale));
			try {
				await write(message.id, mail);
			} catch (cause) {
				ready = undefined; // the folder may be what went wrong: it is made again
				throw new DeliveryFailure(`no mail can be written: ${(cause as NodeJS.ErrnoException).code ?? "unknown"}`, false);
			}
		},
		close: () => Promise.resolve(),
	};
};
