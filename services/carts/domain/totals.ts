import { parseMajor, scale, sum } from "@kernel/money";

/** Tax rule of a destination country. `percent` is a decimal text; `regions` has the percentages of regions that differ. */
interface TaxRule {
	/** Whether prices include the tax. */
	readonly included: boolean;
	readonly percent: string;
	/** Whether shipping is taxed like goods. */
	readonly shipping: boolean;
	readonly regions?: Readonly<Record<string, string>>;
}

/** Standard tax rates by country. They are a starting point that the shop owner must verify. */
export interface TaxTable {
	/** Rule for countries that are not listed, and for carts without an address. */
	readonly unknown: TaxRule;
	readonly countries: Readonly<Record<string, TaxRule>>;
}

export interface Destination {
	readonly country: string;
	readonly region?: string | null;
}

export interface Tax {
	readonly included: boolean;
	readonly shipping: boolean;
	/** Rate on the net price, in millionths. */
	readonly rate: number;
}

const MILLION = 1_000_000;

export const taxFor = (table: TaxTable, destination: Destination | null): Tax => {
	const rule = (destination && table.countries[destination.country]) ?? table.unknown;
	const percent = rule.regions?.[destination?.region?.toUpperCase() ?? ""] ?? rule.percent;
	const rate = parseMajor(percent, 4);
	if (rate === undefined) throw new Error(`invalid percentage in the tax data: ${percent}`);
	return { included: rule.included, shipping: rule.shipping, rate };
};

/** Amounts in minor units of one currency; `total` = subtotal - discount + shipping, plus the tax if it is not included. */
export interface Totals {
	readonly taxIncluded: boolean;
	readonly subtotal: number;
	readonly discountTotal: number;
	readonly shippingTotal: number;
	readonly taxTotal: number;
	readonly total: number;
}

interface Priced {
	readonly quantity: number;
	/** Price in minor units. */
	readonly unitPrice: number;
	readonly taxable: boolean;
}

/** The tax is rounded once for the whole order, half to even, so that no rounding differences add up over the lines. */
export const totalsOf = (lines: readonly Priced[], shippingTotal: number, tax: Tax): Totals => {
	const subtotal = sum(lines.map(({ quantity, unitPrice }) => quantity * unitPrice));
	const taxed =
		sum(lines.filter(({ taxable }) => taxable).map(({ quantity, unitPrice }) => quantity * unitPrice)) +
		(tax.shipping ? shippingTotal : 0);
	const taxTotal = scale(taxed, tax.rate, tax.included ? MILLION + tax.rate : MILLION);
	return {
		taxIncluded: tax.included,
		subtotal,
		discountTotal: 0,
		shippingTotal,
		taxTotal,
		total: sum([subtotal, shippingTotal, tax.included ? 0 : taxTotal]),
	};
};
