import { randomUUID } from "node:crypto";
import { encodeWords, foldLines } from "nodemailer/lib/mime-funcs";
import MimeNode from "nodemailer/lib/mime-node";
import { oneLine } from "../domain/safe-text";
import type { Mailbox } from "./mailbox";
import { checkDeliverable, extraHeadersOf, messageIdOf } from "./mime";
import type { EmailMessage } from "./port";

/** RFC 5322, 2.1.1, in octets. */
const MAX_LINE = 998;
const BASE64_LINE = /.{1,76}/g;
/** In characters, of one encoded word: as nodemailer has it. */
const MAX_WORD = 52;

const MAX_UTF8_UNIT = 3;

/** Whether it can stand in a mail unencoded: lines of lawful length, no character that ends one by itself. */
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

/** 8bit, so that a person reads it and grep finds it; base64 where a line would be too long. */
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
 * Makes the mails of one sender as text with line ends of "\n" (RFC 5322, 2046): two alternative parts in UTF-8, with the headers that nodemailer's
 * MailComposer would write. That takes any mail there is and costs forty times as much; the shop's mails are of this one form.
 */
export const mailWriter = (from: Mailbox) => {
	const sender = fromHeader(from);

	/** @throws DeliveryFailure, permanent: nothing can be sent to this recipient, or under this id */
	return (message: EmailMessage, at: Date): string => {
		checkDeliverable(message);
		const boundary = `=_${randomUUID()}`; // not to be guessed, so that no text can end its part
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
