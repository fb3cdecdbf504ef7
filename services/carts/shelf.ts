import type { Principal } from "@kernel/access";
import { call, type Caller } from "@kernel/contract";
import { Actors } from "@mixins/actor";
import type { Collection, Store } from "@mixins/store/port";
import { Shipping } from "@services/shipping/shipping.contract";
import type { Cart } from "./carts.contract";
import { carts } from "./carts.store";
import { cart, type Cart as State, type CartEvent } from "./domain/cart";
import taxRates from "./domain/tax-rates.json";
import { taxFor, totalsOf, type Totals } from "./domain/totals";
import { cartView } from "./views";

/** Where the carts of this node are. */
export interface Shelf {
	readonly actors: Actors<State, CartEvent, typeof cart.commands>;
	readonly collection: Collection<State, CartEvent>;
}

export const shelf = (store: Store): Shelf => {
	const collection = store.collection(carts);
	return { collection, actors: new Actors(cart, collection, { exclusive: store.exclusive, limits: { batch: 1 } }) };
};

/** A cart as it was at one moment, with its version. States are replaced, never changed in place, so it may be kept. */
export interface Seen {
	readonly state: State;
	readonly version: number;
}

export const seen = (state: State, version: number): Seen => ({ state, version });

/** A guest's cart is for whoever knows its id; a customer's is for that customer alone. */
export const mayUse = (principal: Principal, { status, customerId }: State): boolean =>
	status !== "new" && status !== "closed" && (customerId === null || (principal.kind === "user" && principal.id === customerId));

export const quote = (caller: Caller, { lines, shippingAddress, currency }: State) => {
	const shipped = lines.filter(({ requiresShipping }) => requiresShipping);
	if (shipped.length === 0) return Promise.resolve([]);
	return call(caller, Shipping.quote, {
		country: shippingAddress?.country ?? null,
		currency,
		weightGrams: shipped.reduce((grams, { weightGrams, quantity }) => grams + weightGrams * quantity, 0),
		subtotal: lines.reduce((amount, { unitPrice, quantity }) => amount + unitPrice * quantity, 0),
	});
};

/** What there will be to choose from, while nothing is in the cart. */
export const quoteOfNothing = (caller: Caller, { shippingAddress, currency }: State) =>
	call(caller, Shipping.quote, { country: shippingAddress?.country ?? null, currency, weightGrams: 0, subtotal: 0 });

/** What the cart comes to, with today's shipping rates and taxes. */
export const price = async (caller: Caller, state: State): Promise<Totals> => {
	if (state.checkout) return state.checkout.totals;
	const options = state.shippingMethod === null ? [] : await quote(caller, state);
	const shipping = options.find(({ id }) => id === state.shippingMethod)?.price.amount ?? 0;
	return totalsOf(state.lines, shipping, taxFor(taxRates, state.shippingAddress));
};

export const show = async (caller: Caller, { state, version }: Seen): Promise<Cart> => cartView(state, version, await price(caller, state));
