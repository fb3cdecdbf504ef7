import { decimalsOf, formatMajor, type Money } from "@kernel/money";
import type { Address } from "@kernel/schemas";
import type { Locale } from "@kernel/locales";

const memoize = <T>(make: (key: string) => T): ((key: string) => T) => {
	const made = new Map<string, T>();
	return (key) => {
		const known = made.get(key);
		if (known !== undefined) return known;
		const value = make(key);
		made.set(key, value);
		return value;
	};
};

const moneyFormat = memoize((key) => new Intl.NumberFormat(key.slice(0, 2), { style: "currency", currency: key.slice(2) }));

/** Formats money for the locale: "€1,234.50", "1234,50 €". Exact, because the formatter receives decimal text. @throws RangeError on an invalid currency */
export const formatMoney = ({ amount, currency }: Money, locale: Locale): string =>
	moneyFormat(locale + currency).format(formatMajor(amount, decimalsOf(currency)) as `${number}`);

const momentFormat = memoize(
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
/** Latest result per locale. Orders placed together share their minute, and date formatting is the most expensive step of rendering a mail. */
const latestMoments = new Map<Locale, { readonly minute: number; readonly text: string }>();

/** Formats date and minute in UTC, because the reader's time zone is unknown. @param at RFC 3339 @throws RangeError on an invalid time */
export const formatMoment = (at: string, locale: Locale): string => {
	const minute = Math.floor(Date.parse(at) / MINUTE_MS);
	const latest = latestMoments.get(locale);
	if (latest?.minute === minute) return latest.text;
	const text = momentFormat(locale).format(minute * MINUTE_MS);
	latestMoments.set(locale, { minute, text });
	return text;
};

const MINUTES_IN_AN_HOUR = 60;
const durationFormat = memoize((key) => new Intl.NumberFormat(key.slice(0, 2), { style: "unit", unit: key.slice(2), unitDisplay: "long" }));

/** Formats a duration in full hours if possible, else in minutes: "45 minutes", "1 hora". @throws RangeError if it is not an integer */
export const formatMinutes = (minutes: number, locale: Locale): string => {
	if (!Number.isSafeInteger(minutes)) throw new RangeError(`not a number of minutes: ${minutes}`);
	const inHours = minutes > 0 && minutes % MINUTES_IN_AN_HOUR === 0;
	return durationFormat(locale + (inHours ? "hour" : "minute")).format(inHours ? minutes / MINUTES_IN_AN_HOUR : minutes);
};

const countryNames = memoize((locale) => new Intl.DisplayNames(locale, { type: "region", fallback: "code" }));
const countryName = memoize((key) => countryNames(key.slice(0, 2)).of(key.slice(2)) ?? "");

/** Countries that write the postal code after city and region, on the same line. */
const CODE_LAST = new Set(["AU", "CA", "GB", "IE", "IN", "NZ", "US", "ZA"]);

const present = (...parts: readonly (string | null | undefined)[]): string[] =>
	parts.filter((part) => typeof part === "string" && part !== "") as string[];

/** Lines of an address label, with the country name in the reader's language. */
export const addressLines = (address: Address, locale: Locale): readonly string[] => {
	const { name, company, line1, line2, city, region, postalCode, country } = address;
	const place = CODE_LAST.has(country)
		? [present(present(city, region).join(", "), postalCode).join(" ")]
		: [present(postalCode, city).join(" "), region];
	return present(name, company, line1, line2, ...place, countryName(locale + country));
};
