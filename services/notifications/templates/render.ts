import type { NotificationContent } from "../domain/message-content";
import type { Locale } from "@kernel/locales";
import { oneLine, oneLined } from "../domain/safe-text";
import { findString } from "./strings";
import { templateCompiler } from "./template-compiler";
import { templateData } from "./template-data";

/** The sender as shown in messages. */
export interface Shop {
	readonly name: string;
}

export interface Rendered {
	/** A single line. */
	readonly subject: string;
	readonly html: string;
	readonly text: string;
}

const MAX_SUBJECT_LENGTH = 150;

/** Reduces consecutive blank lines, which omitted blocks leave behind, to one. */
const tidy = (text: string): string => `${text.replace(/\n{3,}/g, "\n\n").trim()}\n`;

/** Renders a mail as HTML and as text. The first call reads the templates from disk. @throws if data of the template is missing */
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

/** Renders the SMS text, a single line; undefined if the template has no SMS text. */
export const renderSms = (content: NotificationContent, locale: Locale, shop: Shop): string | undefined => {
	if (findString(locale, content.template, "sms") === undefined) return undefined;
	return oneLine(
		templateCompiler("text").string(content.template, "sms", { ...templateData(content, locale), shop: oneLined(shop) }, locale),
	);
};
