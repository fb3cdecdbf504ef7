import { decimalsOf, formatMajor, type Money } from "@kernel/money";
import type { Address } from "@kernel/schemas";
import type { Locale } from "../../../kernel/locales";

const remember = <T>(make: (key: string) => T): ((key: string) => T) => {
	const made = new Map<string, T>();
	return (key) => {
		const known = made.get(key);
		if (known !== undefined) return known;
		const value = make(key);
		made.set(key, value);
		return value;
	};
};

const moneyFormat = remember((key) => new Intl.NumberFormat(key.slice(0, 2), { style: "currency", currency: key.slice(2) }));

/** As people there write it: "€1,234.50", "1234,50 €". Exact: the digits go to the formatter as text. @throws RangeError on no currency */
export const formatMoney = ({ amount, currency }: Money, locale: Locale): string =>
	moneyFormat(locale + currency).format(formatMajor(amount, decimalsOf(currency)) as `${number}`);

const momentFormat = remember(
	(locale) =>
		new Intl.DateTimeFormat(locale, {
			year: "numeric",
			month: "long",
			day: "numeric",
			hour: "numeric",
			minute: "2-digit",
			timeZone: "UTC",
			timeZoneName: "short",
		}),
);

const MINUTE_MS = 60_000;
/** The latest result by locale: orders that are placed together share their minute, and formatting a date costs more than all else in a mail's text. */
const latestMoments = new Map<Locale, { readonly minute: number; readonly text: string }>();

/** The date and the minute in UTC, with "UTC": the time zone of the reader is unknown. @param at RFC 3339 @throws RangeError */
export const formatMoment = (at: string, locale: Locale): string => {
	const minute = Math.floor(Date.parse(at) / MINUTE_MS);
	const latest = latestMoments.get(locale);
	if (latest?.minute === minute) return latest.text;
	const text = momentFormat(locale).format(minute * MINUTE_MS);
	latestMoments.set(locale, { minute, text });
	return text;
};

const MINUTES_IN_AN_HOUR = 60;
const durationFormat = remember(
	(key) => new Intl.NumberFormat(key.slice(0, 2), { style: "unit", unit: key.slice(2), unitDisplay: "long" }),
);

/** "45 minutes", "1 hora": in hours where it comes out even. @throws RangeError on what is no whole number */
export const formatMinutes = (minutes: number, locale: Locale): string => {
	if (!Number.isSafeInteger(minutes)) throw new RangeError(`no number of minutes: ${minutes}`);
	const even = minutes > 0 && minutes % MINUTES_IN_AN_HOUR === 0;
	return durationFormat(locale + (even ? "hour" : "minute")).format(even ? minutes / MINUTES_IN_AN_HOUR : minutes);
};

const countryNames = remember((locale) => new Intl.DisplayNames(locale, { type: "region", fallback: "code" }));
const countryName = remember((key) => countryNames(key.slice(0, 2)).of(key.slice(2)) ?? "");

/** Where the postal code stands behind city and region, on the same line. */
const CODE_LAST = new Set(["AU", "CA", "GB", "IE", "IN", "NZ", "US", "ZA"]);

const there = (...parts: readonly (string | null | undefined)[]): string[] =>
	parts.filter((part) => typeof part === "string" && part !== "") as string[];

/** The lines of an address label, the country in the reader's language. */
export const addressLines = (address: Address, locale: Locale): readonly string[] => {
	const { name, company, line1, line2, city, region, postalCode, country } = address;
	const place = CODE_LAST.has(country)
		? [there(there(city, region).join(", "), postalCode).join(" ")]
		: [there(postalCode, city).join(" "), region];
	return there(name, company, line1, line2, ...place, countryName(locale + country));
};
