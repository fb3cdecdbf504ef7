import { decimalsOf, money, parseMajor, type Money } from "@kernel/money";

/** A price as the data writes it: in the major unit of a currency of the euro's size. */
type Major = string;

type Rate =
	| { readonly by: "flat"; readonly price: Major }
	/** The last step that is reached counts. */
	| { readonly by: "subtotal"; readonly steps: readonly { readonly from: Major; readonly price: Major }[] }
	| { readonly by: "weight"; readonly steps: readonly { readonly from: number; readonly price: Major }[] };

interface Method {
	/** What a cart's shippingMethod names; the same method may have other rates in another zone. */
	readonly id: string;
	readonly name: string;
	readonly minDays: number;
	readonly maxDays: number;
	readonly rate: Rate;
}

/** The shop's shipping, as data. The first zone is home; "*" stands for every country that no other zone names. */
export interface ShippingTable {
	readonly zones: readonly { readonly name: string; readonly countries: readonly string[]; readonly methods: readonly string[] }[];
	readonly methods: Readonly<Record<string, Method>>;
	/** How many major units of a currency stand for one of the euro's size. */
	readonly units: Readonly<Record<string, number>>;
}

export interface Parcel {
	readonly country: string | null;
	readonly currency: string;
	readonly weightGrams: number;
	/** In minor units. */
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
	if (cents === undefined) throw new Error(`shipping's data has a price that is none: ${amount}`);
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

/** What is offered for a parcel, the cheapest first. Empty where nothing is sent there. */
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
