import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@kernel/clock";
import { durableFile } from "./durable-file";
import { mailWriter } from "./mail-text";
import { mailboxOf } from "./mailbox";
import { mboxName, mboxRecord, RECORD_END } from "./mbox";
import { DeliveryError, type EmailSender } from "./port";

interface Options {
	/** Created if missing, accessible only to its owner. */
	readonly folder: string;
	/** "Shop <shop@example.com>". */
	readonly from: string;
	readonly clock: Clock;
}

const prepare = async (folder: string): Promise<void> => {
	await mkdir(folder, { recursive: true, mode: 0o700 });
	await chmod(folder, 0o700);
};

/**
 * Sender for a shop without a mail server. It appends mails to one mbox file per day (UTC), such as 2026-11-24.mbox, which mail programs and editors can
 * open. A mail counts as sent when it is durable. A mail that is sent again appears twice, with the same Message-ID.
 *
 * @throws Error if `from` is not an address
 */
export const mboxFolderSender = ({ folder, from, clock }: Options): EmailSender => {
	const mailbox = mailboxOf(from);
	const write = mailWriter(mailbox);
	const append = durableFile({ path: () => join(folder, mboxName(new Date(clock()))), recordEnd: RECORD_END });
	let ready: Promise<void> | undefined;
	return {
		async send(message) {
			const at = new Date(clock());
			const record = mboxRecord(write(message, at), mailbox.address, at);
			try {
				await (ready ??= prepare(folder));
				await append(record);
			} catch (cause) {
				ready = undefined; // the folder may be missing, so the next mail recreates it
				throw new DeliveryError(`writing to the mail folder failed: ${(cause as NodeJS.ErrnoException).code ?? "unknown"}`, false);
			}
		},
		close: () => Promise.resolve(),
	};
};
