import { pageOf } from "@mixins/service/cursor";
import type { Collection, Comparison, Document, Kind, Query } from "@mixins/store/port";
import type { Order, OrderEvent } from "./domain/model";
import { counter, type Counter, type CounterEvent } from "./domain/counter";
import { order } from "./domain/order";
import { CANCEL_REASONS } from "./domain/checkout-process";
import { fulfilmentStatusOf, isOpen, paymentStatusOf } from "./domain/status";
import { OrderEvents } from "./orders.contract";

export const orders: Kind<Order, OrderEvent> = {
	name: "order",
	immutable: true,
	revision: 1,
	initial: order.initial,
	evolve: order.evolve,
	fields: {
		placedAt: { value: ({ placedAt }) => placedAt, indexed: true },
		number: { value: ({ number }) => number, indexed: true },
		email: { value: ({ email }) => email.toLowerCase(), indexed: true },
		customerId: { value: ({ customerId }) => customerId, indexed: true },
		status: { value: ({ status }) => status },
		paymentStatus: { value: paymentStatusOf },
		fulfilmentStatus: { value: fulfilmentStatusOf },
		openSince: { value: (state) => (isOpen(state) ? state.updatedAt : null), indexed: true },
	},
	publishes: Object.values(OrderEvents).map(({ type }) => type),
	lateDocuments: true,
	counters: {
		"order.placed": { name: "tianguis_orders_placed_total", help: "Orders placed." },
		"order.confirmed": { name: "tianguis_orders_confirmed_total", help: "Orders confirmed: payment authorized and stock allocated." },
		"order.completed": { name: "tianguis_orders_completed_total", help: "Orders captured and delivered." },
		"order.cancelled": {
			name: "tianguis_orders_cancelled_total",
			help: "Orders cancelled.",
			label: { name: "reason", words: CANCEL_REASONS, of: (event) => (event.type === "order.cancelled" ? event.reason : "") },
		},
	},
};

/** Counter that order numbers are allocated from. */
export const counters: Kind<Counter, CounterEvent> = {
	name: "order_counter",
	immutable: true,
	revision: 1,
	initial: counter.initial,
	evolve: counter.evolve,
	fields: {},
	publishes: [],
};

type Orders = Collection<Order, OrderEvent>;
type Where = Readonly<Record<string, Comparison>>;

const PAGE_SIZE = 500;

export interface Place {
	readonly value: number;
	readonly id: string;
}

const openBefore = (before: number, limit: number): Query => ({ where: { openSince: { before } }, orderBy: { field: "openSince" }, limit });

/** Open orders whose last commit is older than `before` (epoch ms), the oldest first. */
export const openSince = (collection: Orders, before: number, limit: number): Promise<readonly Document<Order>[]> =>
	collection.find(openBefore(before, limit));

/** One page of the same for the recovery sweep. Its documents may lag by a second. */
export const openPage = (collection: Orders, before: number, limit: number, after: Query["after"]): Promise<readonly Document<Order>[]> =>
	collection.find({ ...openBefore(before, limit), allowStale: true, ...(after && { after }) });

/** One page of orders, newest first. */
export const newest = async (collection: Orders, where: Where, limit: number, after: Place | undefined) => {
	const found = await collection.find({
		where,
		orderBy: { field: "placedAt", descending: true },
		limit: limit + 1,
		...(after && { after }),
	});
	return { ...pageOf(found, limit, ({ id, state }) => ({ value: state.placedAt, id })), total: await collection.count(where) };
};

export const allOf = async (collection: Orders, customerId: string): Promise<readonly Document<Order>[]> => {
	const all: Document<Order>[] = [];
	for (let after: Place | undefined; ;) {
		const { page, next } = await newest(collection, { customerId }, PAGE_SIZE, after);
		all.push(...page);
		if (!next) return all;
		after = next;
	}
};
