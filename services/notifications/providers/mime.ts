import type { SendMailOptions } from "nodemailer";
import { Email } from "@kernel/schemas";
import type { Mailbox } from "./mailbox";
import { DeliveryFailure, type EmailMessage } from "./port";

const ADDRESS = new RegExp(Email.pattern ?? "");
const ID = /^[A-Za-z0-9_-]{1,128}$/;
export const LANGUAGE = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/;

/**
 * The mail as nodemailer takes it. Addresses are given in parts, so that none is read as two; nothing in a mail may name a file or an address to
 * fetch.
 *
 * @throws DeliveryFailure, permanent: nothing can be sent to this recipient, or under this id
 */
export const mimeOf = ({ id, to, locale, subject, html, text }: EmailMessage, from: Mailbox): SendMailOptions => {
	if (!ID.test(id)) throw new DeliveryFailure("no id for a mail", true);
	if (!ADDRESS.test(to)) throw new DeliveryFailure("no address to send a mail to", true);
	return {
		messageId: `<${id}@${from.domain}>`,
		from: { name: from.name, address: from.address },
		to: { name: "", address: to },
		envelope: { from: from.address, to: [to] },
		subject,
		text,
		html,
		headers: {
			"Auto-Submitted": "auto-generated", // RFC 3834: answers nobody wants to read are not sent
			...(LANGUAGE.test(locale) && { "Content-Language": locale }),
		},
		disableFileAccess: true,
		disableUrlAccess: true,
	};
};
