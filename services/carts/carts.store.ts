import type { Collection, Kind, Query } from "@mixins/store/port";
import { cart, type Cart, type CartEvent } from "./domain/cart";

const DAY_MS = 86_400_000;
/** Time without changes after which a cart is deleted. */
export const LIFETIME_MS = 30 * DAY_MS;

const dayOf = (atMs: number): number => Math.floor(atMs / DAY_MS);

export const carts: Kind<Cart, CartEvent> = {
	name: "cart",
	immutable: true,
	revision: 2,
	initial: cart.initial,
	evolve: cart.evolve,
	fields: {
		customerId: { value: ({ customerId }) => customerId, indexed: true },
		status: { value: ({ status }) => status },
		updatedAt: { value: ({ updatedAt }) => updatedAt },
		checkoutAt: { value: ({ checkout }) => checkout?.startedAt ?? null, indexed: true },
		touchedOn: { value: ({ updatedAt }) => dayOf(updatedAt), indexed: true },
	},
	publishes: [],
	removable: true,
	// Customers' carts are found by a query, so their documents are written at once. Guest carts are found by id only.
	lateDocuments: ({ customerId }) => customerId === null,
};

const PAGE_SIZE = 1_000;

/** The customer's active carts, most recently changed first. */
export const openCartsOf = async (collection: Collection<Cart, CartEvent>, customerId: string): Promise<Cart[]> =>
	(
		await collection.find({
			where: { customerId, status: "active" },
			orderBy: { field: "updatedAt", descending: true },
			limit: PAGE_SIZE,
		})
	).map(({ state }) => state);

export const countOf = (collection: Collection<Cart, CartEvent>, customerId: string): Promise<number> => collection.count({ customerId });

/** Unfinished checkouts that began before the given time, oldest first. The documents may be up to a second old. */
export const checkoutsBefore = async (
	collection: Collection<Cart, CartEvent>,
	before: number,
	limit: number,
	after: Query["after"],
): Promise<{ readonly id: string; readonly value: number }[]> => {
	const found = await collection.find({
		allowStale: true,
		where: { checkoutAt: { before } },
		orderBy: { field: "checkoutAt" },
		limit,
		...(after && { after }),
	});
	return found.map(({ id, state }) => ({ id, value: state.checkout?.startedAt ?? 0 }));
};

export const abandoned = async (collection: Collection<Cart, CartEvent>, now: number, status: "active" | "closed"): Promise<string[]> =>
	(
		await collection.find({
			allowStale: true,
			where: { touchedOn: { before: dayOf(now - LIFETIME_MS) }, status },
			orderBy: { field: "touchedOn" },
			limit: PAGE_SIZE,
		})
	).map(({ id }) => id);
