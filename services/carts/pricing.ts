import { call, type Caller } from "@kernel/contract";
import { Shipping, type ShippingOption } from "@services/shipping/shipping.contract";
import type { Cart } from "./carts.contract";
import type { Cart as State } from "./domain/cart";
import taxRates from "./domain/tax-rates.json";
import { taxFor, totalsOf, type Totals } from "./domain/totals";
import type { CartSnapshot } from "./context";
import { cartView } from "./views";

type Parcel = Parameters<typeof call<typeof Shipping.quote>>[2];

/** Returns the shipping options for the content and destination of a cart. */
export type Quote = (state: State) => Promise<readonly ShippingOption[]>;

export interface Quotes {
	/** Options for the cart; empty if no line requires shipping. */
	readonly quote: Quote;
	/** Options that an empty cart would have. */
	readonly quoteOfNothing: Quote;
}

/** Quotes for one request, which requests the rates of each parcel once. */
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

/** The cart's shipping option; undefined if none is chosen or the chosen one is not available. */
export const chosenOption = async ({ quote }: Quotes, state: State): Promise<ShippingOption | undefined> =>
	state.shippingMethod === null ? undefined : (await quote(state)).find(({ id }) => id === state.shippingMethod);

/** Totals of the cart with current shipping rates and taxes; during a checkout the frozen totals. */
export const price = async (quotes: Quotes, state: State): Promise<Totals> => {
	if (state.checkout) return state.checkout.totals;
	const shipping = await chosenOption(quotes, state);
	return totalsOf(state.lines, shipping?.price.amount ?? 0, taxFor(taxRates, state.shippingAddress));
};

export const show = async (quotes: Quotes, { state, version }: CartSnapshot): Promise<Cart> =>
	cartView(state, version, await price(quotes, state));
