/** The languages that the shop writes in; the first is for everybody whose language it does not know. */
export const LOCALES = ["en", "es"] as const;
export type Locale = (typeof LOCALES)[number];

/** ISO 3166-1 alpha-2: where Spanish is what most people read. */
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

/** The first of the best liked ones that we write. `sort` is stable: among equals, the order of the header counts. */
const spoken = (acceptLanguage: string): Locale | undefined =>
	acceptLanguage
		.split(",", MAX_RANGES)
		.map(rangeOf)
		.filter(({ quality }) => quality > 0)
		.sort((a, b) => b.quality - a.quality)
		.map(({ language }) => LOCALES.find((locale) => locale === language))
		.find((locale) => locale !== undefined);

/**
 * The language to write to somebody in: what they say they read (RFC 9110, 12.5.4; a bare language tag is one too), else what is read where
 * they live, else English.
 *
 * @param country ISO 3166-1 alpha-2
 */
export const localeFor = ({
	acceptLanguage,
	country,
}: {
	readonly acceptLanguage?: string | null | undefined;
	readonly country?: string | null | undefined;
}): Locale => spoken(acceptLanguage ?? "") ?? (SPANISH.has(country?.toUpperCase() ?? "") ? "es" : LOCALES[0]);
