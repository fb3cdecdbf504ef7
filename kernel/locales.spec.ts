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
	["*", "en"],
	["", "en"],
] as const)("who accepts %j reads %s", (acceptLanguage, locale) => {
	expect(localeFor({ acceptLanguage })).toBe(locale);
});

test.each([
	["MX", "es"],
	["es", "es"],
	["US", "en"],
	["DE", "en"],
	[null, "en"],
	[undefined, "en"],
] as const)("who says nothing and lives in %s reads %s", (country, locale) => {
	expect(localeFor({ acceptLanguage: null, country })).toBe(locale);
	expect(localeFor({ acceptLanguage: "fr", country })).toBe(locale);
});

test("what is said counts more than where it is said", () => {
	expect(localeFor({ acceptLanguage: "en", country: "MX" })).toBe("en");
});

test("whatever is sent, it is a language that we write", () => {
	fc.assert(fc.property(fc.string(), fc.string(), (acceptLanguage, country) => LOCALES.includes(localeFor({ acceptLanguage, country }))));
});
