import { randomBytes } from "node:crypto";
import type { Mailbox } from "./mailbox";
import type { EmailMessage } from "./port";

const LINE = 76;
const PLAIN = /^[\x20-\x7e]*$/;
/** Of the text in one encoded word (RFC 2047): its 75 characters hold so many bytes in base64. */
const WORD_BYTES = 45;
const BOUNDARY = `tianguis-${randomBytes(12).toString("hex")}`;

/** Text as encoded words, each whole characters. */
const encoded = (text: string): string => {
	const words: string[] = [];
	let word = "";
	for (const character of text) {
		if (Buffer.byteLength(word + character) > WORD_BYTES) {
			words.push(word);
			word = "";
		}
		word += character;
	}
	return [...words, word].map((part) => `=?utf-8?B?${Buffer.from(part).toString("base64")}?=`).join("\r\n ");
};

const phrase = (text: string): string => (PLAIN.test(text) && text.length < LINE - 10 ? text : encoded(text));
const quoted = (name: string): string => (PLAIN.test(name) ? `"${name.replace(/["\\]/g, "\\$&")}"` : encoded(name));

const folded = (text: string): string => {
	const all = Buffer.from(text.replace(/\r?\n/g, "\r\n")).toString("base64");
	const lines: string[] = [];
	for (let at = 0; at < all.length; at += LINE) lines.push(all.slice(at, at + LINE));
	return lines.join("\r\n");
};

/** A mail of two alternative parts as it is sent (RFC 5322, 2046). What comes in has been checked by `mimeOf`; nothing in a header may hold a line's end. */
export const compose = ({ id, to, locale, subject, html, text }: EmailMessage, from: Mailbox, at: Date, language: boolean): Buffer =>
	Buffer.from(
		[
			`From: ${from.name === "" ? from.address : `${quoted(from.name)} <${from.address}>`}`,
			`To: ${to}`,
			`Subject: ${phrase(subject.replace(/[\r\n]+/g, " "))}`,
			`Message-ID: <${id}@${from.domain}>`,
			`Date: ${at.toUTCString().replace("GMT", "+0000")}`,
			"Auto-Submitted: auto-generated",
			...(language ? [`Content-Language: ${locale}`] : []),
			"MIME-Version: 1.0",
			`Content-Type: multipart/alternative; boundary="${BOUNDARY}"`,
			"",
			`--${BOUNDARY}`,
			"Content-Type: text/plain; charset=utf-8",
			"Content-Transfer-Encoding: base64",
			"",
			folded(text),
			`--${BOUNDARY}`,
			"Content-Type: text/html; charset=utf-8",
			"Content-Transfer-Encoding: base64",
			"",
			folded(html),
			`--${BOUNDARY}--`,
			"",
		].join("\r\n"),
	);
