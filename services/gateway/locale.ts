const SPOKEN = ["en", "es"];
const DEFAULT = "en";
const MAX_RANGES = 20;

/** Of the languages that the shop speaks, the one that Accept-Language likes best. */
export const localeOf = (acceptLanguage: string | undefined): string => {
	if (acceptLanguage === undefined) return DEFAULT;
	let best = { locale: DEFAULT, weight: 0 };
	for (const range of acceptLanguage.split(",", MAX_RANGES)) {
		const [tag = "", ...parameters] = range.trim().toLowerCase().split(";");
		const quality = parameters
			.map((parameter) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(parameter)?.[1])
			.find((found) => found !== undefined);
		const weight = quality === undefined ? 1 : Number(quality);
		const language = tag.split("-")[0] === "*" ? DEFAULT : tag.split("-")[0];
		const locale = SPOKEN.find((spoken) => spoken === language);
		if (locale !== undefined && weight > best.weight) best = { locale, weight };
	}
	return best.locale;
};
