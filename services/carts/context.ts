import type { Principal } from "@kernel/access";
import { isRejection, reject, type Rejection } from "@kernel/rejection";
import { Actors } from "@mixins/actors/actor";
import type { Collection, Store } from "@mixins/store/port";
import { carts } from "./carts.store";
import { cart, type Cart as State, type CartEvent } from "./domain/cart";

/** Shared dependencies of the carts service on this node. */
export interface CartsContext {
	readonly actors: Actors<State, CartEvent, typeof cart.commands>;
	readonly collection: Collection<State, CartEvent>;
}

export const cartsContext = (store: Store): CartsContext => {
	const collection = store.collection(carts);
	return { collection, actors: new Actors(cart, collection, { exclusive: store.exclusive, limits: { batch: 1 } }) };
};

/** A cart at one version. States are replaced, never mutated, so a reference may be kept. */
export interface CartSnapshot {
	readonly state: State;
	readonly version: number;
}

export const cartSnapshot = (state: State, version: number): CartSnapshot => ({ state, version });

/** Anyone who knows the id may access a guest cart. Only its customer may access a customer's cart. */
export const canAccess = (principal: Principal, { status, customerId }: State): boolean =>
	status !== "new" && status !== "closed" && (customerId === null || (principal.kind === "user" && principal.id === customerId));

/** Guard for every command of a request, so that access is checked against the same state as the command. */
export const guardOf =
	(principal: Principal) =>
	(state: State): Rejection<"CART_NOT_FOUND"> | undefined =>
		canAccess(principal, state) ? undefined : reject("CART_NOT_FOUND");

const MAX_ATTEMPTS = 5;

/**
 * Runs an attempt on the cart as cached by this node. A rejection is final only if the stored cart has the same version. Otherwise the attempt
 * is repeated on the stored cart.
 *
 * @param attempt must commit nothing if it rejects, and must send its commands with `guardOf`
 */
export const attemptOn = async <Outcome>(
	{ actors }: CartsContext,
	cartId: string,
	principal: Principal,
	attempt: (found: CartSnapshot) => Promise<Outcome>,
): Promise<Outcome | Rejection<"CART_NOT_FOUND">> => {
	const ifAccessible = (found: CartSnapshot | undefined): CartSnapshot | undefined =>
		found && canAccess(principal, found.state) ? found : undefined;
	let found = ifAccessible(await actors.peek(cartId, cartSnapshot));
	let outcome = found && (await attempt(found));
	for (let attempts = 1; outcome === undefined || isRejection(outcome); attempts++) {
		const stored = ifAccessible(await actors.read(cartId, cartSnapshot));
		if (!stored) return reject("CART_NOT_FOUND");
		if (outcome !== undefined && (stored.version === found?.version || attempts === MAX_ATTEMPTS)) return outcome;
		found = stored;
		outcome = await attempt(stored);
	}
	return outcome;
};
