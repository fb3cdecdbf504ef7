import fc from "fast-check";
import { splitProportionally, decimalsOf, formatMajor, isCurrency, money, parseMajor, scale, sum } from "./money";

const amount = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 });

describe("decimals", () => {
	test.each([
		["JPY", 0],
		["EUR", 2],
		["KWD", 3],
	])("%s has %i", (currency, decimals) => {
		expect(decimalsOf(currency)).toBe(decimals);
	});

	test("only ISO 4217 codes are currencies", () => {
		expect(["EUR", "XYZ", "eur", "EURO"].map(isCurrency)).toEqual([true, false, false, false]);
	});
});

describe("scale", () => {
	test.each([
		[5, 1, 2, 2], // half to even
		[15, 1, 10, 2],
		[25, 1, 10, 2],
		[35, 1, 10, 4],
		[-5, 1, 2, -2],
		[-15, 1, 10, -2],
		[7, 1, 2, 4],
		[1999, 210_000, 1_210_000, 347],
	])("%i * %i / %i is %i", (value, numerator, denominator, expected) => {
		expect(scale(value, numerator, denominator)).toBe(expected);
	});

	test("differs from the exact value by at most one half", () => {
		fc.assert(
			fc.property(
				amount,
				fc.integer({ min: 0, max: 1_000_000 }),
				fc.integer({ min: 1, max: 2_000_000 }),
				(value, numerator, denominator) => {
					const rounded = BigInt(scale(value, numerator, denominator)) * BigInt(denominator);
					const off = rounded - BigInt(value) * BigInt(numerator);
					expect(2n * (off < 0n ? -off : off)).toBeLessThanOrEqual(BigInt(denominator));
				},
			),
		);
	});
});

describe("splitProportionally", () => {
	test("assigns the remaining units to the largest remainders, earlier parts first", () => {
		expect(splitProportionally(100, [1, 1, 1])).toEqual([34, 33, 33]);
		expect(splitProportionally(5, [3, 7])).toEqual([2, 3]);
		expect(splitProportionally(-100, [1, 1, 1])).toEqual([-34, -33, -33]);
	});

	test("preserves the sum, and each part differs from its exact share by less than one unit", () => {
		const weights = fc
			.array(fc.nat({ max: 10_000 }), { minLength: 1, maxLength: 30 })
			.filter((given) => given.some((weight) => weight > 0));
		fc.assert(
			fc.property(amount, weights, (whole, given) => {
				const parts = splitProportionally(whole, given);
				const total = given.reduce((before, weight) => before + weight, 0);
				expect(sum(parts)).toBe(whole);
				parts.forEach((part, index) => {
					expect(Math.abs(part - (whole * given[index]!) / total)).toBeLessThan(1.000_001);
				});
			}),
		);
	});

	test("throws if all weights are 0", () => {
		expect(() => splitProportionally(1, [0, 0])).toThrow(RangeError);
	});
});

describe("major units", () => {
	test.each([
		["19.99", 2, 1999],
		["19", 2, 1900],
		["19.9", 2, 1990],
		["0.500", 2, 50],
		["120", 0, 120],
		["1.234", 3, 1234],
	])("%s with %i decimals is %i", (text, decimals, expected) => {
		expect(parseMajor(text, decimals)).toBe(expected);
	});

	test.each([
		["12,50", 2],
		["-1", 2],
		["1.234", 2],
		["1e3", 2],
		["", 2],
		[".5", 2],
		["1.5", 0],
		["99999999999999999", 2],
	])("%s with %i decimals is not a price", (text, decimals) => {
		expect(parseMajor(text, decimals)).toBeUndefined();
	});

	test("parseMajor reads what formatMajor writes", () => {
		fc.assert(
			fc.property(fc.nat(), fc.integer({ min: 0, max: 3 }), (value, decimals) => {
				expect(parseMajor(formatMajor(value, decimals), decimals)).toBe(value);
			}),
		);
	});
});

test("an amount that is not a safe integer throws", () => {
	expect(() => money(0.1, "EUR")).toThrow(RangeError);
	expect(() => sum([Number.MAX_SAFE_INTEGER, 1])).toThrow(RangeError);
});
