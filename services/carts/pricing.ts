import { call, type Caller } from "@kernel/contract";
import { Shipping, type ShippingOption } from "@services/shipping/shipping.contract";
import type { Cart } from "./carts.contract";
import type { Cart as State } from "./domain/cart";
import taxRates from "./domain/tax-rates.json";
import { taxFor, totalsOf, type Totals } from "./domain/totals";
import type { CartSnapshot } from "./context";
import { cartView } from "./views";

type Parcel = Parameters<typeof call<typeof Shipping.quote>>[2];

/** Shipping options for the contents and the destination of a cart. */
export type Quote = (state: State) => Promise<readonly ShippingOption[]>;

export interface Quotes {
	/** Empty if no item requires shipping. */
	readonly quote: Quote;
	/** Shipping options of an empty cart, which has neither weight nor value yet. */
	readonly quoteOfNothing: Quote;
}

/** Quotes for one request. Equal parcels are quoted once. */
export const quotesFor = (caller: Caller): Quotes => {
	const known = new Map<string, Promise<readonly ShippingOption[]>>();
	const ask = (parcel: Parcel): Promise<readonly ShippingOption[]> => {
		const key = JSON.stringify(parcel);
		const options = known.get(key) ?? call(caller, Shipping.quote, parcel);
		known.set(key, options);
		return options;
	};
	return {
		quote({ lines, shippingAddress, currency }) {
			const shipped = lines.filter(({ requiresShipping }) => requiresShipping);
			if (shipped.length === 0) return Promise.resolve([]);
			return ask({
				country: shippingAddress?.country ?? null,
				currency,
				weightGrams: shipped.reduce((grams, { weightGrams, quantity }) => grams + weightGrams * quantity, 0),
				subtotal: lines.reduce((amount, { unitPrice, quantity }) => amount + unitPrice * quantity, 0),
			});
		},
		quoteOfNothing: ({ shippingAddress, currency }) =>
			ask({ country: shippingAddress?.country ?? null, currency, weightGrams: 0, subtotal: 0 }),
	};
};

/** The selected shipping option; undefined if none is selected or if it is no longer offered. */
export const chosenOption = async ({ quote }: Quotes, state: State): Promise<ShippingOption | undefined> =>
	state.shippingMethod === null ? undefined : (await quote(state)).find(({ id }) => id === state.shippingMethod);

/** Totals of the cart at current shipping rates and taxes. During a checkout they are the frozen ones. */
export const price = async (quotes: Quotes, state: State): Promise<Totals> => {
	if (state.checkout) return state.checkout.totals;
	const shipping = await chosenOption(quotes, state);
	return totalsOf(state.lines, shipping?.price.amount ?? 0, taxFor(taxRates, state.shippingAddress));
};

export const showCart = async (quotes: Quotes, { state, version }: CartSnapshot): Promise<Cart> =>
	cartView(state, version, await price(quotes, state));
