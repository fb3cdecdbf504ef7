import { createTransport } from "nodemailer";
import { maskEmail } from "@kernel/masking";
import { oneLine } from "../domain/safe-text";
import { mailboxOf } from "./mailbox";
import { mimeOf } from "./mime";
import { DeliveryError, type EmailSender } from "./port";

interface Options {
	/** smtp://user:password@host:587 or smtps://host:465. The query may contain nodemailer options, such as ?requireTLS=true. */
	readonly url: string;
	/** "Shop <shop@example.com>". */
	readonly from: string;
	/** Time limit of one mail, including the connection. Default: 60,000. */
	readonly deadlineMs?: number;
}

const MAX_CONNECTIONS = 4;
const CONNECT_MS = 10_000;
const SILENCE_MS = 30_000;
const DEADLINE_MS = 60_000;

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Parses the URL. @throws Error with a message for the operator, without the password */
const readUrl = (url: string) => {
	const parsed = URL.parse(url);
	if (!parsed || !["smtp:", "smtps:"].includes(parsed.protocol))
		throw new Error("SMTP_URL must be a URL such as smtps://user:password@mail.example.com");
	return { loopback: LOOPBACK.has(parsed.hostname), password: parsed.password !== "" };
};

/** Error of nodemailer. `command` is the SMTP command that failed; "API": no command was sent. */
interface SmtpError {
	readonly code?: string;
	readonly command?: string;
	readonly response?: string;
	readonly responseCode?: number;
	/** The reply was a 5xx other than 503, which concerns the session and not the message. */
	readonly permanent?: boolean;
}

/**
 * Only a rejection of the recipient or of the content is permanent. A 5xx reply to the login, the greeting or the sender address concerns the
 * configuration, which the operator can correct before the retries end.
 */
const isPermanent = ({ code, command, permanent }: SmtpError): boolean =>
	(permanent === true && (command === "RCPT TO" || command === "DATA")) || (code === "EENVELOPE" && command === "API");

const ANY_ADDRESS = /[^\s<>"@]+@[^\s<>"@]+/g;
const MAX_ERROR_LENGTH = 300;

/** Masks addresses, because servers often repeat the rejected address and logs must not contain it. */
const failureOf = (cause: unknown): DeliveryError => {
	const { code = "", command = "", response, message = "" } = cause as SmtpError & { readonly message?: string };
	const text = [code, command, response ?? message].filter((part) => part !== "").join(": ");
	return new DeliveryError(oneLine(text).replace(ANY_ADDRESS, maskEmail).slice(0, MAX_ERROR_LENGTH), isPermanent(cause as SmtpError));
};

/**
 * Sends mails by SMTP over a pool of connections. smtps uses TLS from the start. smtp uses STARTTLS if the server offers it, and requires it before it sends
 * a password to another host. Certificates are verified.
 *
 * @throws Error if a setting is invalid. The first connection is opened with the first mail.
 */
export const smtpSender = ({ url, from, deadlineMs = DEADLINE_MS }: Options): EmailSender => {
	const mailbox = mailboxOf(from);
	const { loopback, password } = readUrl(url);
	const transport = createTransport({
		pool: true,
		maxConnections: MAX_CONNECTIONS,
		maxRequeues: 0, // the delivery worker retries: a mail may have been delivered although its connection was lost
		connectionTimeout: CONNECT_MS,
		greetingTimeout: CONNECT_MS,
		dnsTimeout: CONNECT_MS,
		socketTimeout: SILENCE_MS,
		idleTimeout: SILENCE_MS,
		requireTLS: password && !loopback,
		url, // options in the URL take precedence
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
