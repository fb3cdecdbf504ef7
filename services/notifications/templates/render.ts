import type { NotificationContent } from "../domain/message-content";
import type { Locale } from "../../../kernel/locales";
import { oneLine, oneLined } from "../domain/safe-text";
import { findString } from "./strings";
import { templateCompiler } from "./template-compiler";
import { templateData } from "./template-data";

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
	const data = { ...templateData(content, locale), shop: oneLined(shop) };
	const subject = oneLine(templateCompiler("text").string(template, "subject", data, locale))
		.slice(0, MAX_SUBJECT_LENGTH)
		.toWellFormed();
	return {
		subject,
		html: templateCompiler("html").body(template, { ...data, subject }, locale),
		text: tidy(templateCompiler("text").body(template, data, locale)),
	};
};

/** The same news in one line for a phone; undefined where no SMS text for this notification, or no phone number. */
export const renderSms = (content: NotificationContent, locale: Locale, shop: Shop): string | undefined => {
	if (findString(locale, content.template, "sms") === undefined) return undefined;
	return oneLine(
		templateCompiler("text").string(content.template, "sms", { ...templateData(content, locale), shop: oneLined(shop) }, locale),
	);
};
