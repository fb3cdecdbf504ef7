import fc from "fast-check";
import type { Address } from "@kernel/schemas";
import { addressLines, formatMinutes, formatMoment, formatMoney } from "./format";

/** Replaces the no-break spaces of Intl. */
const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, " ");

test.each([
	[1999, "EUR", "en", "€19.99"],
	[1999, "EUR", "es", "19,99 €"],
	[5, "EUR", "es", "0,05 €"],
	[-500, "EUR", "en", "-€5.00"],
	[123_456_789, "USD", "en", "$1,234,567.89"],
	[1999, "MXN", "es", "19,99 MXN"],
	[1999, "JPY", "en", "¥1,999"],
	[1999, "KWD", "en", "KWD 1.999"],
	[Number.MAX_SAFE_INTEGER, "USD", "en", "$90,071,992,547,409.91"],
] as const)("%d of %s in %s is %s", (amount, currency, locale, text) => {
	expect(plain(formatMoney({ amount, currency }, locale))).toBe(text);
});

test("an invalid currency throws", () => {
	expect(() => formatMoney({ amount: 1, currency: "<b>" }, "en")).toThrow(RangeError);
});

test("no digit is lost for any number of decimals", () => {
	fc.assert(
		fc.property(fc.maxSafeInteger(), fc.constantFrom("EUR", "JPY", "KWD"), fc.constantFrom("en", "es"), (amount, currency, locale) => {
			const digits = formatMoney({ amount, currency }, locale).replace(/\D/g, "");
			expect(BigInt(digits)).toBe(BigInt(Math.abs(amount)));
		}),
	);
});

test("a time is formatted to the minute in UTC", () => {
	expect(plain(formatMoment("2026-11-24T23:19:56.001Z", "en"))).toBe("November 24, 2026 at 11:19 PM UTC");
	expect(plain(formatMoment("2026-11-25T00:19:56+01:00", "es"))).toBe("24 de noviembre de 2026 a las 23:19 UTC");
	expect(() => formatMoment("yesterday", "en")).toThrow(RangeError);
	expect(plain(formatMoment("2026-11-24T23:19:00Z", "en"))).toBe("November 24, 2026 at 11:19 PM UTC");
	expect(plain(formatMoment("2026-11-24T23:20:00Z", "en"))).toBe("November 24, 2026 at 11:20 PM UTC");
});

test.each([
	[1, "en", "1 minute"],
	[45, "es", "45 minutos"],
	[60, "en", "1 hour"],
	[90, "en", "90 minutes"],
	[1_440, "es", "24 horas"],
] as const)("%d minutes in %s are %s", (minutes, locale, text) => {
	expect(plain(formatMinutes(minutes, locale))).toBe(text);
});

test("a fraction of a minute throws", () => {
	expect(() => formatMinutes(0.5, "en")).toThrow(RangeError);
});

describe("an address label", () => {
	const address: Address = {
		name: "Ana García",
		company: null,
		line1: "Calle Mayor 1",
		line2: "",
		city: "Madrid",
		postalCode: "28013",
		country: "ES",
	};

	test("has one line per present field", () => {
		expect(addressLines(address, "en")).toEqual(["Ana García", "Calle Mayor 1", "28013 Madrid", "Spain"]);
		expect(addressLines({ ...address, company: "Barro S.L.", line2: "3º B", region: "Madrid" }, "es")).toEqual([
			"Ana García",
			"Barro S.L.",
			"Calle Mayor 1",
			"3º B",
			"28013 Madrid",
			"Madrid",
			"España",
		]);
	});

	test("has the postal code last in some countries", () => {
		expect(
			addressLines({ name: "Bo", line1: "1 Main St", city: "San Francisco", region: "CA", postalCode: "94110", country: "US" }, "es"),
		).toEqual(["Bo", "1 Main St", "San Francisco, CA 94110", "Estados Unidos"]);
	});

	test("omits a missing postal code", () => {
		expect(addressLines({ name: "Bo", line1: "1 Pier", city: "Hong Kong", country: "HK" }, "en")).toEqual([
			"Bo",
			"1 Pier",
			"Hong Kong",
			"Hong Kong SAR China",
		]);
	});
});
