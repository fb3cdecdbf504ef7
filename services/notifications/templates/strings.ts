import type { Template } from "../domain/message-content";
import type { Locale } from "@kernel/locales";
import en from "./en.json";
import es from "./es.json";

export type Section = Template | "common";

type Strings = Readonly<Record<string, string>>;

/** All strings of all languages. The compiler checks that no English string is missing in another language; strings.spec.ts checks the rest. */
export const STRINGS: Readonly<Record<Locale, typeof en>> = { en, es };

const own = (strings: Strings, key: string): string | undefined => (Object.hasOwn(strings, key) ? strings[key] : undefined);

/** The string of the template, else the common one. */
export const findString = (locale: Locale, section: Section, key: string): string | undefined =>
	own(STRINGS[locale][section], key) ?? own(STRINGS[locale].common, key);

/** @throws Error if the string does not exist, which is a defect */
export const stringOf = (locale: Locale, section: Section, key: string): string => {
	const found = findString(locale, section, key);
	if (found === undefined) throw new Error(`no string ${section}.${key} in ${locale}`);
	return found;
};
