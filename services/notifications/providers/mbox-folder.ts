import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@kernel/clock";
import { durableFile } from "./durable-file";
import { mailWriter } from "./mail-text";
import { mailboxOf } from "./mailbox";
import { mboxName, mboxRecord, RECORD_END } from "./mbox";
import { DeliveryError, type EmailSender } from "./port";

interface Options {
	/** Made where it is missing, for its owner alone. */
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
 * For a shop without a mail server: a file for each day (UTC), such as 2026-11-24.mbox, that mail programs and editors open. A mail is sent when it is
 * durable. One that is sent again stands in the file twice, under the same Message-ID.
 *
 * @throws Error where `from` is no address
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
				ready = undefined; // the folder may be what went wrong: it is made again
				throw new DeliveryError(`no mail can be written: ${(cause as NodeJS.ErrnoException).code ?? "unknown"}`, false);
			}
		},
		close: () => Promise.resolve(),
	};
};
