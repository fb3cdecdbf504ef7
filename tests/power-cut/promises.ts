import { carts } from "@services/carts/carts.store";
import type { Cart } from "@services/carts/carts.contract";
import type { StockLevel } from "@services/inventory/inventory.contract";
import type { Order } from "@services/orders/orders.contract";
import type { Product } from "@services/products/products.contract";
import type { Stored } from "./stored";

/** What a response with a 2xx status said; it must be stored from then on. */
export interface Promised {
	readonly what: string;
	isKept(stored: Stored): boolean;
}

/** What responses promised, by the X-Request-Id of their requests. */
export type Promises = Map<string, readonly Promised[]>;

const linesOf = (lines: readonly { readonly sku: string; readonly quantity: number }[]): string =>
	lines.map(({ sku, quantity }) => `${quantity} ${sku}`).join();

/** The cart at this version, with these lines and this address. */
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

/** The order with its number and total, and no earlier in its life than it was shown. */
export const orderPromise = ({ id, number, status, total }: Pick<Order, "id" | "number" | "status" | "total">): Promised => ({
	what: `order ${id}, ${status}`,
	isKept({ orders }) {
		const state = orders.get(id)?.state;
		return state?.number === number && state.total === total.amount && (status === "pending" || state.status !== "pending");
	},
});

/** For a SKU that is only counted upwards. */
export const stockPromise = ({ sku, onHand }: StockLevel): Promised => ({
	what: `${onHand} of ${sku} on hand`,
	isKept: ({ stocks }) => (stocks.get(sku)?.state.onHand ?? 0) >= onHand,
});

/** For a product whose titles are in ascending order. */
export const productPromise = ({ id, title }: Pick<Product, "id" | "title">): Promised => ({
	what: `product ${id} called ${title}`,
	isKept: ({ products }) => (products.get(id)?.state.content?.title ?? "") >= title,
});

export const accountPromise = (email: string): Promised => ({
	what: `account of ${email}`,
	isKept: ({ emails }) => emails.has(email),
});
