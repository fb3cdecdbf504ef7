import { randomUUID } from "node:crypto";
import { encodeWords, foldLines } from "nodemailer/lib/mime-funcs";
import MimeNode from "nodemailer/lib/mime-node";
import { oneLine } from "../domain/safe-text";
import type { Mailbox } from "./mailbox";
import { checkDeliverable, extraHeadersOf, messageIdOf } from "./mime";
import type { EmailMessage } from "./port";

/** Maximum line length in octets (RFC 5322, 2.1.1). */
const MAX_LINE = 998;
const BASE64_LINE = /.{1,76}/g;
/** Maximum length of an encoded word in characters, as in nodemailer. */
const MAX_WORD = 52;
/** Maximum number of UTF-8 octets per UTF-16 code unit. */
const MAX_UTF8_UNIT = 3;

/** Whether the content can be sent unencoded: its lines are short enough, and it contains neither CR nor NUL. */
const fitsAsItIs = (content: string): boolean => {
	if (content.includes("\r") || content.includes("\0")) return false;
	for (let start = 0, end = 0; end < content.length; start = end + 1) {
		end = content.indexOf("\n", start);
		if (end < 0) end = content.length;
		const isLong = MAX_UTF8_UNIT * (end - start) > MAX_LINE && Buffer.byteLength(content.slice(start, end)) > MAX_LINE;
		if (isLong) return false;
	}
	return true;
};

/** Uses 8bit, so that people and grep can read the text, and base64 if a line would be too long. */
const part = (type: string, content: string): string[] => {
	const headers = (encoding: string) => [`Content-Type: ${type}; charset=utf-8`, `Content-Transfer-Encoding: ${encoding}`, ""];
	if (fitsAsItIs(content)) return [...headers("8bit"), content];
	return [...headers("base64"), ...(Buffer.from(content.replace(/\r?\n/g, "\r\n")).toString("base64").match(BASE64_LINE) ?? [])];
};

const fromHeader = ({ name, address }: Mailbox): string => {
	const headers = new MimeNode("text/plain").setHeader("From", { name, address }).buildHeaders();
	return /^From: .*(?:\r\n[ \t].*)*/m.exec(headers)?.[0].replaceAll("\r\n", "\n") ?? "";
};

/**
 * Writes the mails of one sender as text with "\n" line ends (RFC 5322, 2046): two alternative parts in UTF-8, with the headers of nodemailer's
 * MailComposer. MailComposer supports any mail but costs forty times as much; the shop needs only this form.
 */
export const mailWriter = (from: Mailbox) => {
	const sender = fromHeader(from);

	/** @throws DeliveryError (permanent) if the recipient or the id is invalid */
	return (message: EmailMessage, at: Date): string => {
		checkDeliverable(message);
		const boundary = `=_${randomUUID()}`; // unpredictable, so that no text can end its part
		const subject = foldLines(`Subject: ${encodeWords(oneLine(message.subject), "Q", MAX_WORD, true)}`);
		return [
			sender,
			`To: ${message.to}`,
			subject.replaceAll("\r\n", "\n"),
			`Message-ID: ${messageIdOf(message, from)}`,
			`Date: ${at.toUTCString().replace("GMT", "+0000")}`,
			...Object.entries(extraHeadersOf(message)).map(([name, value]) => `${name}: ${value}`),
			"MIME-Version: 1.0",
			`Content-Type: multipart/alternative; boundary="${boundary}"`,
			"",
			`--${boundary}`,
			...part("text/plain", message.text),
			`--${boundary}`,
			...part("text/html", message.html),
			`--${boundary}--`,
			"",
		].join("\n");
	};
};
