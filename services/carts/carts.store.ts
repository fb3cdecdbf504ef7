import type { Collection, Kind, Query } from "@mixins/store/port";
import { cart, type Cart, type CartEvent } from "./domain/cart";

const DAY_MS = 86_400_000;
/** Lifetime of a cart without changes in milliseconds. */
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
	// The open cart of a customer is found by a query on any node, so its document is written with the commit. Guest carts are found by id.
	lateDocuments: ({ customerId }) => customerId === null,
};

const PAGE_SIZE = 1_000;

/** The customer's active carts, the last changed first. */
export const openCartsOf = async (collection: Collection<Cart, CartEvent>, customerId: string): Promise<Cart[]> =>
	(
		await collection.find({
			where: { customerId, status: "active" },
			orderBy: { field: "updatedAt", descending: true },
			limit: PAGE_SIZE,
		})
	).map(({ state }) => state);

export const countOf = (collection: Collection<Cart, CartEvent>, customerId: string): Promise<number> => collection.count({ customerId });

/** Checkouts in progress that began before `before` (epoch ms), the oldest first. Documents may lag by a second. */
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

export const findAbandonedCarts = async (
	collection: Collection<Cart, CartEvent>,
	now: number,
	status: "active" | "closed",
): Promise<string[]> =>
	(
		await collection.find({
			allowStale: true,
			where: { touchedOn: { before: dayOf(now - LIFETIME_MS) }, status },
			orderBy: { field: "touchedOn" },
			limit: PAGE_SIZE,
		})
	).map(({ id }) => id);
