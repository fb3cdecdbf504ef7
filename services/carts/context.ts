import type { Principal } from "@kernel/access";
import { isRejection, reject, type Rejection } from "@kernel/rejection";
import { Actors } from "@mixins/actors/actor";
import type { Collection, Store } from "@mixins/store/port";
import { carts } from "./carts.store";
import { cart, type Cart as State, type CartEvent } from "./domain/cart";

/** Where the carts of this node are. */
export interface CartsContext {
	readonly actors: Actors<State, CartEvent, typeof cart.commands>;
	readonly collection: Collection<State, CartEvent>;
}

export const cartsContext = (store: Store): CartsContext => {
	const collection = store.collection(carts);
	return { collection, actors: new Actors(cart, collection, { exclusive: store.exclusive, limits: { batch: 1 } }) };
};

/** A cart as it was at one moment, with its version. States are replaced, never changed in place, so it may be kept. */
export interface CartSnapshot {
	readonly state: State;
	readonly version: number;
}

export const cartSnapshot = (state: State, version: number): CartSnapshot => ({ state, version });

/** A guest's cart is for whoever knows its id; a customer's is for that customer alone. */
export const canAccess = (principal: Principal, { status, customerId }: State): boolean =>
	status !== "new" && status !== "closed" && (customerId === null || (principal.kind === "user" && principal.id === customerId));

/** The guard of every command that a request sends to a cart: access is decided on the state that the command is decided on. */
export const guardOf =
	(principal: Principal) =>
	(state: State): Rejection<"CART_NOT_FOUND"> | undefined =>
		canAccess(principal, state) ? undefined : reject("CART_NOT_FOUND");

const MAX_ATTEMPTS = 5;

/**
 * Makes an attempt on the cart as this node knows it. A refusal stands only where the stored cart is the one that it rests on; otherwise the
 * attempt is made again on the stored one.
 *
 * @param attempt commits nothing where it refuses, and sends its commands with `guardOf`
 */
export const attemptOn = async <Outcome>(
	{ actors }: CartsContext,
	cartId: string,
	principal: Principal,
	attempt: (found: CartSnapshot) => Promise<Outcome>,
): Promise<Outcome | Rejection<"CART_NOT_FOUND">> => {
	const usable = (found: CartSnapshot | undefined): CartSnapshot | undefined =>
		found && canAccess(principal, found.state) ? found : undefined;
	let found = usable(await actors.peek(cartId, cartSnapshot));
	let outcome = found && (await attempt(found));
	for (let attempts = 1; outcome === undefined || isRejection(outcome); attempts++) {
		const stored = usable(await actors.read(cartId, cartSnapshot));
		if (!stored) return reject("CART_NOT_FOUND");
		if (outcome !== undefined && (stored.version === found?.version || attempts === MAX_ATTEMPTS)) return outcome;
		found = stored;
		outcome = await attempt(stored);
	}
	return outcome;
};
