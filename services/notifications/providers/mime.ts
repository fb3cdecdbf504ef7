import type { SendMailOptions } from "nodemailer";
import { Email } from "@kernel/schemas";
import type { Mailbox } from "./mailbox";
import { DeliveryError, type EmailMessage } from "./port";

const ADDRESS = new RegExp(Email.pattern ?? "");
const ID = /^[A-Za-z0-9_-]{1,128}$/;
const LANGUAGE = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/;

/** @throws DeliveryError (permanent) if the recipient or the id is invalid */
export const checkDeliverable = ({ id, to }: EmailMessage): void => {
	if (!ID.test(id)) throw new DeliveryError("invalid notification id", true);
	if (!ADDRESS.test(to)) throw new DeliveryError("invalid recipient address", true);
};

export const messageIdOf = ({ id }: EmailMessage, from: Mailbox): string => `<${id}@${from.domain}>`;

/** Headers of every mail in addition to those of RFC 5322. */
export const extraHeadersOf = ({ locale }: EmailMessage): Readonly<Record<string, string>> => ({
	"Auto-Submitted": "auto-generated", // RFC 3834: prevents automatic replies
	...(LANGUAGE.test(locale) && { "Content-Language": locale }),
});

/**
 * Converts a mail to nodemailer's options. Addresses are passed in parts, so that none is parsed as two. Access to files and URLs is disabled.
 *
 * @throws DeliveryError (permanent) if the recipient or the id is invalid
 */
export const mimeOf = (message: EmailMessage, from: Mailbox): SendMailOptions => {
	checkDeliverable(message);
	const { to, subject, html, text } = message;
	return {
		messageId: messageIdOf(message, from),
		from: { name: from.name, address: from.address },
		to: { name: "", address: to },
		envelope: { from: from.address, to: [to] },
		subject,
		text,
		html,
		headers: extraHeadersOf(message),
		disableFileAccess: true,
		disableUrlAccess: true,
	};
};
