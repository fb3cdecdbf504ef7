import { localeOf } from "./locale";

test.each([
	[undefined, "en"],
	["", "en"],
	["es", "es"],
	["ES-mx", "es"],
	["en-GB,es;q=0.9", "en"],
	["en;q=0.5, es;q=0.9", "es"],
	["fr, de;q=0.9, es;q=0.1", "es"],
	["fr", "en"],
	["*", "en"],
	["es;q=0", "en"],
	["es;q=abc", "es"],
	["estonian", "en"],
])("%j is answered in %s", (header, locale) => {
	expect(localeOf(header)).toBe(locale);
});
