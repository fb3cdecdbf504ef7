/** A mail to one recipient. */
export interface EmailMessage {
	/** Id of the notification, from which the Message-ID is derived. Letters, digits, "_" and "-". */
	readonly id: string;
	/** One e-mail address without a name. */
	readonly to: string;
	/** Language tag of the texts. */
	readonly locale: string;
	readonly subject: string;
	readonly html: string;
	readonly text: string;
}

/** Sends mails. Sending a message again is harmless, because it keeps its Message-ID. */
export interface EmailSender {
	/** Resolves when the mail server has accepted the mail, or the mail is durable. @throws DeliveryError */
	send(message: EmailMessage): Promise<void>;
	/** Closes all connections. Mails in transmission are completed; waiting mails fail and may be sent again. */
	close(): Promise<void>;
}

export interface SmsMessage {
	readonly id: string;
	/** Phone number as entered by the shopper; the provider normalizes it. */
	readonly to: string;
	readonly text: string;
}

export interface SmsSender {
	/** @throws DeliveryError */
	send(message: SmsMessage): Promise<void>;
}

/** The message was not sent, or its outcome is unknown. The error text contains no personal data. */
export class DeliveryError extends Error {
	constructor(
		message: string,
		/** Whether every further attempt would fail. Otherwise the message may be sent again later. */
		readonly permanent: boolean,
	) {
		super(message);
	}
}
