import fc from "fast-check";
import { addressErrors } from "./addresses";

const paths = (country: string, postalCode?: string | null) =>
	addressErrors({ country, ...(postalCode !== undefined && { postalCode }) }, "/to").map(({ path }) => path);

test.each([
	["US", "94110"],
	["US", "94110-1234"],
	["GB", "SW1A 1AA"],
	["GB", "sw1a1aa"],
	["MX", "06000"],
	["CA", "k1a 0b1"],
	["NL", "1234 ab"],
	["PL", "00950"],
	["PT", "1000 001"],
	["JP", "1000001"],
	["IE", "d02af30"],
	["JE", "je2 3xp"],
	["SE", " 111 20 "],
	["DE", "10115"],
])("%s accepts %j", (country, code) => {
	expect(paths(country, code)).toEqual([]);
});

test.each([
	["US", "9411"],
	["US", "ABCDE"],
	["GB", "12345"],
	["MX", "0600"],
	["DE", "1011"],
	["DE", "10115; DROP TABLE"],
	["DE", "1".repeat(1_000)],
])("%s rejects %j", (country, code) => {
	expect(paths(country, code)).toEqual(["/to/postalCode"]);
});

test.each([undefined, null, "", "  "])("a country that requires a postal code reports %j as missing", (code) => {
	expect(paths("DE", code)).toEqual(["/to/postalCode"]);
});

test("an optional postal code is still validated", () => {
	expect(paths("IE")).toEqual([]);
	expect(paths("IE", "12")).toEqual(["/to/postalCode"]);
});

test.each([undefined, null, "", "anything"])("a country without a known postal code format accepts %j", (code) => {
	expect(paths("HK", code)).toEqual([]);
});

test.each(["XX", "UK", "ZZ", "us", "__proto__"])("%s is not a country", (country) => {
	expect(paths(country, "10115")).toEqual(["/to/country"]);
});

test("spaces, dashes and case do not affect the result", () => {
	const noise = fc.constantFrom("", " ", "-");
	fc.assert(
		fc.property(
			fc.constantFrom(["GB", "SW1A", "1AA"], ["BR", "01310", "100"], ["PL", "00", "950"], ["CZ", "110", "00"]),
			noise,
			fc.boolean(),
			(given, between, lower) => {
				const [country, head, tail] = given as [string, string, string];
				const code = head + between + tail;
				expect(paths(country, lower ? code.toLowerCase() : code)).toEqual([]);
			},
		),
	);
});
