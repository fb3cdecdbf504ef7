import { call, type Caller } from "@kernel/contract";
import { Shipping, type ShippingOption } from "@services/shipping/shipping.contract";
import type { Cart } from "./carts.contract";
import type { Cart as State } from "./domain/cart";
import taxRates from "./domain/tax-rates.json";
import { taxFor, totalsOf, type Totals } from "./domain/totals";
import type { CartSnapshot } from "./context";
import { cartView } from "./views";

type Parcel = Parameters<typeof call<typeof Shipping.quote>>[2];

/** How a cart can be sent, by what is in it and where it goes. */
export type Quote = (state: State) => Promise<readonly ShippingOption[]>;

export interface Quotes {
	/** Nothing where nothing of the cart must travel. */
	readonly quote: Quote;
	/** What there will be to choose from, while nothing is in the cart. */
	readonly quoteOfNothing: Quote;
}

/** For one request, which asks for each parcel once. */
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

/** The option that the cart has chosen; undefined where it has chosen none, or one that is not offered. */
export const chosenOption = async ({ quote }: Quotes, state: State): Promise<ShippingOption | undefined> =>
	state.shippingMethod === null ? undefined : (await quote(state)).find(({ id }) => id === state.shippingMethod);

/** What the cart comes to, with today's shipping rates and taxes. */
export const price = async (quotes: Quotes, state: State): Promise<Totals> => {
	if (state.checkout) return state.checkout.totals;
	const shipping = await chosenOption(quotes, state);
	return totalsOf(state.lines, shipping?.price.amount ?? 0, taxFor(taxRates, state.shippingAddress));
};

export const showCart = async (quotes: Quotes, { state, version }: CartSnapshot): Promise<Cart> =>
	cartView(state, version, await price(quotes, state));
