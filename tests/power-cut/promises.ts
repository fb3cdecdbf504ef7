import { carts } from "@services/carts/carts.store";
import type { Cart } from "@services/carts/carts.contract";
import type { StockLevel } from "@services/inventory/inventory.contract";
import type { Order } from "@services/orders/orders.contract";
import type { Product } from "@services/products/products.contract";
import type { Stored } from "./stored";

/** A change that a response with a 2xx status confirmed. It must be stored from then on. */
export interface Promised {
	readonly what: string;
	isKept(stored: Stored): boolean;
}

/** Promises of responses, by the X-Request-Id of their requests. */
export type Promises = Map<string, readonly Promised[]>;

const linesOf = (lines: readonly { readonly sku: string; readonly quantity: number }[]): string =>
	lines.map(({ sku, quantity }) => `${quantity} ${sku}`).join();

/** Promises that the cart was stored at this version, with these lines and this address. */
export const cartPromise = ({ id, version, lines, email }: Cart): Promised => ({
	what: `cart ${id} at version ${version}`,
	isKept({ carts: stored }) {
		const history = stored.get(id)?.history ?? [];
		const state = history
			.slice(0, version)
			.flatMap(({ events }) => events)
			.reduce(carts.evolve, carts.initial(id));
		return history.length >= version && linesOf(state.lines) === linesOf(lines) && state.email === email;
	},
});

/** Promises that the order has this number and total, and a status that is not earlier than this one. */
export const orderPromise = ({ id, number, status, total }: Pick<Order, "id" | "number" | "status" | "total">): Promised => ({
	what: `order ${id}, ${status}`,
	isKept({ orders }) {
		const state = orders.get(id)?.state;
		return state?.number === number && state.total === total.amount && (status === "pending" || state.status !== "pending");
	},
});

/** Promises a stock level. The stock of the SKU must only increase. */
export const stockPromise = ({ sku, onHand }: StockLevel): Promised => ({
	what: `${onHand} of ${sku} on hand`,
	isKept: ({ stocks }) => (stocks.get(sku)?.state.onHand ?? 0) >= onHand,
});

/** Promises a title. Later titles of the product must be in ascending order. */
export const productPromise = ({ id, title }: Pick<Product, "id" | "title">): Promised => ({
	what: `product ${id} called ${title}`,
	isKept: ({ products }) => (products.get(id)?.state.content?.title ?? "") >= title,
});

export const accountPromise = (email: string): Promised => ({
	what: `account of ${email}`,
	isKept: ({ emails }) => emails.has(email),
});
