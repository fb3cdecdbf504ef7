import type { Template } from "../domain/message-content";
import type { Locale } from "../../../kernel/locales";
import en from "./en.json";
import es from "./es.json";

export type Section = Template | "common";

type Strings = Readonly<Record<string, string>>;

/** Every string of every language: the compiler sees to it that none lacks one that English has, a test to the rest. */
export const STRINGS: Readonly<Record<Locale, typeof en>> = { en, es };

const own = (strings: Strings, key: string): string | undefined => (Object.hasOwn(strings, key) ? strings[key] : undefined);

/** The template's own string, or the one that all share. */
export const findString = (locale: Locale, section: Section, key: string): string | undefined =>
	own(STRINGS[locale][section], key) ?? own(STRINGS[locale].common, key);

/** @throws where there is no such string: a defect, which a test finds */
export const stringOf = (locale: Locale, section: Section, key: string): string => {
	const found = findString(locale, section, key);
	if (found === undefined) throw new Error(`no string ${section}.${key} in ${locale}`);
	return found;
};
