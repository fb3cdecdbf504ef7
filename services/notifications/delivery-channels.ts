import { join } from "node:path";
import type { Runtime } from "@config/runtime";
import { mailboxOf } from "./providers/mailbox";
import { mboxFolderSender } from "./providers/mbox-folder";
import type { EmailSender, SmsSender } from "./providers/port";
import { smsLogSender } from "./providers/sms-log";
import { smtpSender } from "./providers/smtp";
import type { Shop } from "./templates/render";

/** Who carries the shop's letters, and in whose name. */
export interface DeliveryChannels {
	readonly email: EmailSender;
	readonly sms: SmsSender;
	readonly shop: Shop;
}

/** By SMTP where a server is named, else into the folder mail/ of the data folder. @throws Error for the operator, where a setting is of no use */
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
