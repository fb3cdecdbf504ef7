import { join } from "node:path";
import type { Runtime } from "@config/runtime";
import { mailboxOf } from "./providers/mailbox";
import { mboxFolderSender } from "./providers/mbox-folder";
import type { EmailSender, SmsSender } from "./providers/port";
import { smsLogSender } from "./providers/sms-log";
import { smtpSender } from "./providers/smtp";
import type { Shop } from "./templates/render";

/** The senders of messages, and the shop in whose name they are sent. */
export interface DeliveryChannels {
	readonly email: EmailSender;
	readonly sms: SmsSender;
	readonly shop: Shop;
}

/** Creates the senders. Mails are sent by SMTP if SMTP_URL is set, else written to mail/ in the data folder. @throws Error if a setting is invalid */
export const deliveryChannels = ({ settings, log, clock }: Pick<Runtime, "settings" | "log" | "clock">): DeliveryChannels => {
	const { smtpUrl, mailFrom: from, dataDir } = settings;
	const { name, domain } = mailboxOf(from);
	return {
		email:
			smtpUrl === undefined ? mboxFolderSender({ folder: join(dataDir, "mail"), from, clock }) : smtpSender({ url: smtpUrl, from }),
		sms: smsLogSender(log),
		shop: { name: name || domain },
	};
};
