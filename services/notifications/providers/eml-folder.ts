import { randomBytes } from "node:crypto";
import { chmod, mkdir, open, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import MailComposer from "nodemailer/lib/mail-composer";
import { mailboxOf } from "./mailbox";
import { mimeOf } from "./mime";
import { DeliveryFailure, type EmailSender } from "./port";

interface Options {
	/** Made where it is missing; for its owner's eyes only. */
	readonly folder: string;
	/** "Shop <shop@example.com>". */
	readonly from: string;
}

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

/** A new name in a folder survives a power cut only after this. Windows cannot open folders and has no such call. */
const syncFolder = async (folder: string): Promise<void> => {
	if (process.platform === "win32") return;
	const handle = await open(folder, "r");
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
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
			await writeFile(unfinished, mail, { mode: 0o600, flush: true });
			await rename(unfinished, join(folder, `${id}.eml`));
			await syncFolder(folder);
		} catch (cause) {
			await rm(unfinished, { force: true });
			throw cause;
		}
	};
	return {
		async send(message) {
			const mail = await new MailComposer(mimeOf(message, mailbox)).compile().build();
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
