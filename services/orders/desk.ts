import type { CommitMeta } from "@kernel/envelope";
import { Actors } from "@mixins/actor";
import type { Collection, Store } from "@mixins/store/port";
import type { Order, OrderEvent } from "./domain/model";
import { order } from "./domain/order";
import { orderNumbers } from "./numbers";
import { orders } from "./orders.store";

/** Where the orders of this node are worked on. */
export interface Desk {
	readonly actors: Actors<Order, OrderEvent, typeof order.commands>;
	readonly collection: Collection<Order, OrderEvent>;
	readonly nextNumber: (cause: CommitMeta) => Promise<string>;
	/** Whether money is taken when the order is confirmed. */
	readonly autoCapture: boolean;
	/** Runs of the process on this node, so that two requests for one order share one. */
	readonly runs: Map<string, Promise<Run>>;
}

/** How a run of the process ended: where the order stands, and what the buyer should be told. */
export interface Run {
	readonly order: Order;
	readonly version: number;
	/** Lines that could not be reserved. */
	readonly shortages: readonly Shortage[];
}

export interface Shortage {
	readonly path: string;
	readonly message: string;
	readonly sku: string;
	readonly available: number;
	readonly [more: string]: unknown;
}

export const desk = (store: Store, autoCapture: boolean): Desk => {
	const collection = store.collection(orders);
	return {
		collection,
		actors: new Actors(order, collection, { exclusive: store.exclusive, limits: { batch: 1 } }),
		nextNumber: orderNumbers(store),
		autoCapture,
		runs: new Map(),
	};
};

/** States are replaced, never changed in place, so a reader may keep one. */
export const seen = (state: Order, version: number) => ({ order: state, version });
