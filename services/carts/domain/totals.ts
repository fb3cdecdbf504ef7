import { parseMajor, scale, sum } from "@kernel/money";

/** How a country taxes what is sent there. `percent` is a decimal text, `regions` those of its parts that differ. */
interface TaxRule {
	/** Whether prices hold the tax already. */
	readonly included: boolean;
	readonly percent: string;
	/** Whether shipping is taxed as goods are. */
	readonly shipping: boolean;
	readonly regions?: Readonly<Record<string, string>>;
}

/** The shop's taxes, as data: standard rates by country, a starting point that a shop owner has to check. */
export interface TaxTable {
	/** Of countries that are not named, and while there is no address. */
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
	/** Of the net price, in millionths. */
	readonly rate: number;
}

const MILLION = 1_000_000;

export const taxFor = (table: TaxTable, destination: Destination | null): Tax => {
	const rule = (destination && table.countries[destination.country]) ?? table.unknown;
	const percent = rule.regions?.[destination?.region?.toUpperCase() ?? ""] ?? rule.percent;
	const rate = parseMajor(percent, 4);
	if (rate === undefined) throw new Error(`the tax data has a percentage that is none: ${percent}`);
	return { included: rule.included, shipping: rule.shipping, rate };
};

/** Amounts in minor units of one currency; `total` = subtotal - discount + shipping, plus the tax where it is not included. */
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
	/** Minor units. */
	readonly unitPrice: number;
	readonly taxable: boolean;
}

/** The tax of the whole order is rounded once, half to even: no cents appear or vanish from line to line. */
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
