/** Supported languages; the first is the fallback. */
export const LOCALES = ["en", "es"] as const;
export type Locale = (typeof LOCALES)[number];

/** Spanish-speaking countries, ISO 3166-1 alpha-2. */
const SPANISH = new Set([
	"AR",
	"BO",
	"CL",
	"CO",
	"CR",
	"CU",
	"DO",
	"EC",
	"ES",
	"GQ",
	"GT",
	"HN",
	"MX",
	"NI",
	"PA",
	"PE",
	"PR",
	"PY",
	"SV",
	"UY",
	"VE",
]);

const MAX_RANGES = 20;

interface Range {
	readonly language: string;
	readonly quality: number;
}

const rangeOf = (text: string): Range => {
	const [tag = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
	const given = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
	const quality = given === undefined ? 1 : Number(given);
	return { language: tag.split("-", 1)[0] ?? "", quality: quality >= 0 && quality <= 1 ? quality : 0 };
};

/** The supported locale with the highest quality. `sort` is stable, so the order of the header decides between equal qualities. */
const acceptedLocale = (acceptLanguage: string): Locale | undefined =>
	acceptLanguage
		.split(",", MAX_RANGES)
		.map(rangeOf)
		.filter(({ quality }) => quality > 0)
		.sort((a, b) => b.quality - a.quality)
		.map(({ language }) => (language === "*" ? LOCALES[0] : LOCALES.find((locale) => locale === language)))
		.find((locale) => locale !== undefined);

/**
 * Selects the language for a person: the best supported one of Accept-Language, else the language of the country, else English.
 *
 * @param acceptLanguage Accept-Language header (RFC 9110, 12.5.4), or a single language tag
 * @param country ISO 3166-1 alpha-2
 */
export const localeFor = ({
	acceptLanguage,
	country,
}: {
	readonly acceptLanguage?: string | null | undefined;
	readonly country?: string | null | undefined;
}): Locale => acceptedLocale(acceptLanguage ?? "") ?? (SPANISH.has(country?.toUpperCase() ?? "") ? "es" : LOCALES[0]);
