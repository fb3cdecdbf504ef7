import type { SendMailOptions } from "nodemailer";
import { Email } from "@kernel/schemas";
import type { Mailbox } from "./mailbox";
import { DeliveryError, type EmailMessage } from "./port";

const ADDRESS = new RegExp(Email.pattern ?? "");
const ID = /^[A-Za-z0-9_-]{1,128}$/;
const LANGUAGE = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/;

/** @throws DeliveryFailure, permanent: nothing can be sent to this recipient, or under this id */
export const checkDeliverable = ({ id, to }: EmailMessage): void => {
	if (!ID.test(id)) throw new DeliveryError("no id for a mail", true);
	if (!ADDRESS.test(to)) throw new DeliveryError("no address to send a mail to", true);
};

export const messageIdOf = ({ id }: EmailMessage, from: Mailbox): string => `<${id}@${from.domain}>`;

/** The headers that every mail of the shop has beside those of RFC 5322. */
export const extraHeadersOf = ({ locale }: EmailMessage): Readonly<Record<string, string>> => ({
	"Auto-Submitted": "auto-generated", // RFC 3834: keeps automatic answers away
	...(LANGUAGE.test(locale) && { "Content-Language": locale }),
});

/**
 * The mail as nodemailer takes it. Addresses are given in parts, so that none is read as two; nothing in a mail may name a file or an address to
 * fetch.
 *
 * @throws DeliveryFailure, permanent: nothing can be sent to this recipient, or under this id
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
