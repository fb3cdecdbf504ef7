import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A decoded mail. */
export interface ParsedMail {
	/** Decoded values by lower-case name. */
	readonly headers: ReadonlyMap<string, readonly string[]>;
	readonly text: string;
	readonly html: string;
}

interface Part {
	readonly headers: ReadonlyMap<string, readonly string[]>;
	readonly body: string;
}

const quotedPrintable = (text: string): Buffer =>
	Buffer.from(
		text.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
		"latin1",
	);

/** Decodes a header value as RFC 2047 defines. */
const decodedHeader = (value: string): string =>
	value
		.replace(/\?=\s+=\?/g, "?==?")
		.replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, encoding: string, text: string) =>
			(encoding.toLowerCase() === "b" ? Buffer.from(text, "base64") : quotedPrintable(text.replaceAll("_", " "))).toString("utf8"),
		);

const partOf = (raw: string): Part => {
	const end = raw.indexOf("\r\n\r\n");
	const headers = new Map<string, string[]>();
	for (const line of raw
		.slice(0, end)
		.replace(/\r\n[ \t]+/g, " ")
		.split("\r\n")) {
		const name = line.slice(0, line.indexOf(":")).toLowerCase();
		headers.set(name, [...(headers.get(name) ?? []), decodedHeader(line.slice(line.indexOf(":") + 1).trim())]);
	}
	return { headers, body: raw.slice(end + 4) };
};

const bodyOf = ({ headers, body }: Part): string => {
	const encoding = headers.get("content-transfer-encoding")?.[0]?.toLowerCase();
	if (encoding === "base64") return Buffer.from(body, "base64").toString("utf8");
	return (encoding === "quoted-printable" ? quotedPrintable(body) : Buffer.from(body, "latin1")).toString("utf8");
};

/** Parses a mail as this program writes it: a multipart/alternative of text and HTML in UTF-8. */
export const parseMail = (raw: Buffer): ParsedMail => {
	const { headers, body: content } = partOf(raw.toString("latin1"));
	const body = `\r\n${content}`; // the line end before a boundary belongs to it
	const boundary = /boundary="([^"]+)"/.exec(headers.get("content-type")?.[0] ?? "")?.[1];
	if (boundary === undefined) throw new Error("no mail of several parts");
	const parts = body
		.split(`\r\n--${boundary}`)
		.slice(1, -1)
		.map((part) => partOf(part.slice(2)));
	const of = (type: string): string => {
		const part = parts.find((candidate) => candidate.headers.get("content-type")?.[0]?.startsWith(type));
		return part ? bodyOf(part) : "";
	};
	return { headers, text: of("text/plain").replaceAll("\r\n", "\n"), html: of("text/html").replaceAll("\r\n", "\n") };
};

/** Splits a file in the format mboxrd into mails with line ends "\r\n". */
const recordsOf = (mbox: string): string[] =>
	mbox
		.split(/^From .*\n/m)
		.slice(1)
		.map((record) => record.replace(/^>(>*From )/gm, "$1").replaceAll("\n", "\r\n"));

/** Whether the mail is complete: its last boundary is present. */
const isWhole = (mail: string): boolean => {
	const boundary = /boundary="([^"]+)"/.exec(mail)?.[1];
	return boundary !== undefined && mail.includes(`\r\n--${boundary}--\r\n`);
};

/** The mails of a file in the format mboxrd, as they would be sent. Mails truncated by a crash are left out. */
export const mailsOf = (mbox: string): string[] => recordsOf(mbox).filter(isWhole);

/** The mails written by a program without a mail server, oldest first. Mails truncated by a crash are left out. */
export const readMails = (folder: string): ParsedMail[] =>
	!existsSync(folder)
		? []
		: readdirSync(folder)
				.filter((name) => name.endsWith(".mbox"))
				.sort()
				.flatMap((name) => mailsOf(readFileSync(join(folder, name), "latin1")))
				.map((mail) => parseMail(Buffer.from(mail, "latin1")));
