import fc from "fast-check";
import { LOCALES, localeFor } from "./locales";

test.each([
	["es", "es"],
	["es-MX,es;q=0.9,en;q=0.8", "es"],
	["en-GB, es;q=0.5", "en"],
	["en;q=0.3, ES;q=0.7", "es"],
	["fr-FR, fr;q=0.9, es;q=0.2", "es"],
	["fr, es;q=0, en;q=0.1", "en"],
	["es;q=lots, en;q=0.1", "en"],
	["est", "en"],
	["ES-mx", "es"],
	["fr, de;q=0.9, es;q=0.1", "es"],
	["es;q=0", "en"],
	["estonian", "en"],
	["*", "en"],
	["*, es;q=0.1", "en"],
	["", "en"],
] as const)("Accept-Language %j selects %s", (acceptLanguage, locale) => {
	expect(localeFor({ acceptLanguage })).toBe(locale);
});

test.each([
	["MX", "es"],
	["es", "es"],
	["US", "en"],
	["DE", "en"],
	[null, "en"],
	[undefined, "en"],
] as const)("without a supported language, country %s selects %s", (country, locale) => {
	expect(localeFor({ acceptLanguage: null, country })).toBe(locale);
	expect(localeFor({ acceptLanguage: "fr", country })).toBe(locale);
});

test("Accept-Language takes precedence over the country", () => {
	expect(localeFor({ acceptLanguage: "en", country: "MX" })).toBe("en");
});

test("any input selects a supported locale", () => {
	fc.assert(fc.property(fc.string(), fc.string(), (acceptLanguage, country) => LOCALES.includes(localeFor({ acceptLanguage, country }))));
});
