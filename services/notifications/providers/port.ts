/** A mail on its way to one person. */
export interface EmailMessage {
	/** Of the notification: the Message-ID is made of it, so that a repetition can be known as one. Letters, digits, "_" and "-". */
	readonly id: string;
	/** One address, without a name. */
	readonly to: string;
	/** Of the texts: a language tag. */
	readonly locale: string;
	readonly subject: string;
	readonly html: string;
	readonly text: string;
}

/** Hands mails over. Sending the same message again is harmless: it keeps its Message-ID. */
export interface EmailSender {
	/** Resolves when another has taken charge of it. @throws DeliveryFailure */
	send(message: EmailMessage): Promise<void>;
	/** Lets go of what it holds open. What is being sent is finished; what waits fails and may be sent again. */
	close(): Promise<void>;
}

export interface SmsMessage {
	readonly id: string;
	/** As people write it; the provider makes of it what it needs. */
	readonly to: string;
	readonly text: string;
}

export interface SmsSender {
	/** @throws DeliveryFailure */
	send(message: SmsMessage): Promise<void>;
}

/** It was not sent, or nobody knows. The message names nobody. */
export class DeliveryError extends Error {
	constructor(
		message: string,
		/** The same message will fail again: it is given up. Otherwise it may be sent again later. */
		readonly permanent: boolean,
	) {
		super(message);
	}
}
