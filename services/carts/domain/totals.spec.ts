import fc from "fast-check";
import taxRates from "./tax-rates.json";
import { taxFor, totalsOf, type TaxTable } from "./totals";

const table = taxRates as TaxTable;
const line = (unitPrice: number, quantity = 1, taxable = true) => ({ unitPrice, quantity, taxable });

test("Spain: the tax is part of the price", () => {
	expect(totalsOf([line(12_100)], 490, taxFor(table, { country: "ES" }))).toEqual({
		taxIncluded: true,
		subtotal: 12_100,
		discountTotal: 0,
		shippingTotal: 490,
		taxTotal: 2_185, // of 12,590 gross at 21 %
		total: 12_590,
	});
});

test("California: the tax is added, on goods only", () => {
	expect(totalsOf([line(10_000)], 490, taxFor(table, { country: "US", region: "ca" }))).toMatchObject({
		taxIncluded: false,
		taxTotal: 725,
		total: 11_215,
	});
});

test("goods that are not taxable are not taxed", () => {
	expect(totalsOf([line(10_000, 1, false)], 0, taxFor(table, { country: "CA" }))).toMatchObject({ taxTotal: 0, total: 10_000 });
});

test("without an address no tax is shown", () => {
	expect(totalsOf([line(999, 3)], 0, taxFor(table, null))).toMatchObject({ subtotal: 2_997, taxTotal: 0, total: 2_997 });
});

test("every rate of the table is valid", () => {
	for (const [country, { regions }] of Object.entries(table.countries)) {
		for (const region of [null, ...Object.keys(regions ?? {})])
			expect(taxFor(table, { country, region }).rate).toBeGreaterThanOrEqual(0);
	}
});

test("total = subtotal - discount + shipping, plus the tax if it is not included (I5)", () => {
	const lines = fc.array(
		fc.record({ unitPrice: fc.nat({ max: 1_000_000 }), quantity: fc.integer({ min: 1, max: 9_999 }), taxable: fc.boolean() }),
		{ maxLength: 20 },
	);
	const country = fc.constantFrom(...Object.keys(table.countries), "XX");
	fc.assert(
		fc.property(lines, fc.nat({ max: 10_000 }), country, (given, shipping, to) => {
			const totals = totalsOf(given, shipping, taxFor(table, { country: to }));
			const { subtotal, discountTotal, shippingTotal, taxTotal, taxIncluded, total } = totals;
			expect(total).toBe(subtotal - discountTotal + shippingTotal + (taxIncluded ? 0 : taxTotal));
			expect(taxTotal).toBeGreaterThanOrEqual(0);
			expect(taxTotal).toBeLessThanOrEqual(subtotal + shippingTotal);
		}),
	);
});
