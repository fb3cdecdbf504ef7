import type { Log } from "@config/runtime";
import { maskPhone } from "@kernel/masking";
import type { SmsSender } from "./port";

/** Sender for a shop without an SMS provider. It logs the message length and the masked number. */
export const smsLogSender = (log: Log): SmsSender => ({
	async send({ id, to, text }) {
		log.info("SMS not sent: no provider configured", { notification: id, number: maskPhone(to), characters: [...text].length });
	},
});
