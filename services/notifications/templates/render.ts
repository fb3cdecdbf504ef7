import type { NotificationContent } from "../domain/message-content";
import type { Locale } from "../../../kernel/locales";
import { oneLine, oneLined } from "../domain/safe-text";
import { findString } from "./strings";
import { writer } from "./template-compiler";
import { viewOf } from "./template-data";

/** Who writes. */
export interface Shop {
	readonly name: string;
}

export interface Rendered {
	/** One line. */
	readonly subject: string;
	readonly html: string;
	readonly text: string;
}

const MAX_SUBJECT_LENGTH = 150;

/** At most one blank line in a row, whatever blocks were left out. */
const tidy = (text: string): string => `${text.replace(/\n{3,}/g, "\n\n").trim()}\n`;

/** A mail in both its forms. Reads the templates from disk the first time. @throws where the data lacks what the template needs */
export const render = (content: NotificationContent, locale: Locale, shop: Shop): Rendered => {
	const { template } = content;
	const data = { ...viewOf(content, locale), shop: oneLined(shop) };
	const subject = oneLine(writer("text").string(template, "subject", data, locale))
		.slice(0, MAX_SUBJECT_LENGTH)
		.toWellFormed();
	return {
		subject,
		html: writer("html").body(template, { ...data, subject }, locale),
		text: tidy(writer("text").body(template, data, locale)),
	};
};

/** The same news in one line for a phone; undefined where there is nothing to say by phone. */
export const renderSms = (content: NotificationContent, locale: Locale, shop: Shop): string | undefined => {
	if (findString(locale, content.template, "sms") === undefined) return undefined;
	return oneLine(writer("text").string(content.template, "sms", { ...viewOf(content, locale), shop: oneLined(shop) }, locale));
};
