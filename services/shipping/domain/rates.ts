import { decimalsOf, money, parseMajor, type Money } from "@kernel/money";

/** A price in zones.json, in euros or units of similar value. `units` converts it to other currencies. */
type Major = string;

type Rate =
	| { readonly by: "flat"; readonly price: Major }
	/** The last step whose threshold is reached applies. */
	| { readonly by: "subtotal"; readonly steps: readonly { readonly from: Major; readonly price: Major }[] }
	| { readonly by: "weight"; readonly steps: readonly { readonly from: number; readonly price: Major }[] };

interface Method {
	/** Value of a cart's `shippingMethod`. The same method may have different rates in different zones. */
	readonly id: string;
	readonly name: string;
	readonly minDays: number;
	readonly maxDays: number;
	readonly rate: Rate;
}

/** Configuration of shipping zones and rates. The first zone is the home zone; "*" matches every country that no other zone lists. */
export interface ShippingTable {
	readonly zones: readonly { readonly name: string; readonly countries: readonly string[]; readonly methods: readonly string[] }[];
	readonly methods: Readonly<Record<string, Method>>;
	/** Factor from a price in the table to major units of the currency. */
	readonly units: Readonly<Record<string, number>>;
}

export interface Parcel {
	readonly country: string | null;
	readonly currency: string;
	readonly weightGrams: number;
	/** Subtotal in minor units. */
	readonly subtotal: number;
}

export interface Option {
	readonly id: string;
	readonly name: string;
	readonly price: Money;
	readonly minDays: number;
	readonly maxDays: number;
}

const inCurrency = (table: ShippingTable, amount: Major, currency: string): number => {
	const cents = parseMajor(amount, 2);
	if (cents === undefined) throw new Error(`invalid price in the shipping rates: ${amount}`);
	const units = table.units[currency] ?? table.units["default"] ?? 1;
	return Math.round((cents * units * 10 ** decimalsOf(currency)) / 100);
};

const priceOf = (table: ShippingTable, { rate }: Method, { currency, weightGrams, subtotal }: Parcel): number => {
	switch (rate.by) {
		case "flat":
			return inCurrency(table, rate.price, currency);
		case "subtotal":
			return inCurrency(
				table,
				rate.steps.findLast(({ from }) => subtotal >= inCurrency(table, from, currency))?.price ?? "0",
				currency,
			);
		case "weight":
			return inCurrency(table, rate.steps.findLast(({ from }) => weightGrams >= from)?.price ?? "0", currency);
	}
};

const zoneOf = ({ zones }: ShippingTable, country: string | null) =>
	country === null
		? zones[0]
		: (zones.find(({ countries }) => countries.includes(country)) ?? zones.find(({ countries }) => countries.includes("*")));

/** Shipping options for a parcel, cheapest first. Empty if no zone covers the country. */
export const quote = (table: ShippingTable, parcel: Parcel): Option[] =>
	(zoneOf(table, parcel.country)?.methods ?? [])
		.flatMap((key) => table.methods[key] ?? [])
		.map((method) => ({
			id: method.id,
			name: method.name,
			price: money(priceOf(table, method, parcel), parcel.currency),
			minDays: method.minDays,
			maxDays: method.maxDays,
		}))
		.sort((a, b) => a.price.amount - b.price.amount);
