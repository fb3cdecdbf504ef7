import { createTransport } from "nodemailer";
import { maskEmail } from "../../../kernel/masking";
import { oneLine } from "../domain/safe-text";
import { mailboxOf } from "./mailbox";
import { mimeOf } from "./mime";
import { DeliveryError, type EmailSender } from "./port";

interface Options {
	/** smtp://user:password@host:587 or smtps://host:465; nodemailer's options as the query, such as ?requireTLS=true. */
	readonly url: string;
	/** "Shop <shop@example.com>". */
	readonly from: string;
	/** Of one mail, all in all. Default 60,000. */
	readonly deadlineMs?: number;
}

const MAX_CONNECTIONS = 4;
const CONNECT_MS = 10_000;
const SILENCE_MS = 30_000;
const DEADLINE_MS = 60_000;

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** What it says of the server, without the password. @throws Error for the operator */
const readUrl = (url: string) => {
	const parsed = URL.parse(url);
	if (!parsed || !["smtp:", "smtps:"].includes(parsed.protocol))
		throw new Error("SMTP_URL must be a URL such as smtps://user:password@mail.example.com");
	return { loopback: LOOPBACK.has(parsed.hostname), password: parsed.password !== "" };
};

/** What nodemailer says of a failure. `command` is what the server answered to; "API": it was not even asked. */
interface SmtpError {
	readonly code?: string;
	readonly command?: string;
	readonly response?: string;
	readonly responseCode?: number;
	/** The reply was a 5xx, except for 503: that is about the session, not about the message. */
	readonly permanent?: boolean;
}

/**
 * Only what the server says to this recipient or this text is final. A 5xx to a log-in, a greeting or our own address is about the shop, so
 * that its operator has time to put it right before mails are given up.
 */
const isPermanent = ({ code, command, permanent }: SmtpError): boolean =>
	(permanent === true && (command === "RCPT TO" || command === "DATA")) || (code === "EENVELOPE" && command === "API");

const ANY_ADDRESS = /[^\s<>"@]+@[^\s<>"@]+/g;
const MAX_SAID = 300;

/** Servers like to repeat the address that they refuse, and logs must not have it. */
const failureOf = (cause: unknown): DeliveryError => {
	const { code = "", command = "", response, message = "" } = cause as SmtpError & { readonly message?: string };
	const said = [code, command, response ?? message].filter((part) => part !== "").join(": ");
	return new DeliveryError(oneLine(said).replace(ANY_ADDRESS, maskEmail).slice(0, MAX_SAID), isPermanent(cause as SmtpError));
};

/**
 * Sends by SMTP over a few connections that stay open. smtps is TLS from the start; smtp takes STARTTLS where the server offers it, and insists on it
 * before a password leaves this machine. Certificates are checked.
 *
 * @throws Error where the settings are of no use; nothing is tried before the first mail
 */
export const smtpSender = ({ url, from, deadlineMs = DEADLINE_MS }: Options): EmailSender => {
	const mailbox = mailboxOf(from);
	const { loopback, password } = readUrl(url);
	const transport = createTransport({
		pool: true,
		maxConnections: MAX_CONNECTIONS,
		maxRequeues: 0, // who sends it again is not decided here: a connection that is lost after the text has perhaps delivered it
		connectionTimeout: CONNECT_MS,
		greetingTimeout: CONNECT_MS,
		dnsTimeout: CONNECT_MS,
		socketTimeout: SILENCE_MS,
		idleTimeout: SILENCE_MS,
		requireTLS: password && !loopback,
		url, // what it says itself counts more
	});
	return {
		async send(message) {
			const mime = mimeOf(message, mailbox);
			try {
				await transport.sendMail({ ...mime, signal: AbortSignal.timeout(deadlineMs) });
			} catch (cause) {
				throw failureOf(cause);
			}
		},
		async close() {
			transport.close();
		},
	};
};
