import type { Log } from "@config/runtime";
import { maskPhone } from "../../../kernel/masking";
import type { SmsSender } from "./port";

/** For a shop without an SMS provider: says that there would have been one, without its text and with the number masked. */
export const smsLogSender = (log: Log): SmsSender => ({
	async send({ id, to, text }) {
		log.info("SMS not sent: no provider configured", { notification: id, number: maskPhone(to), characters: [...text].length });
	},
});
