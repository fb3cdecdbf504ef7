import type { Clock } from "@kernel/clock";
import type { CommitMeta } from "@kernel/cloud-event";
import { Actors } from "@mixins/actors/actor";
import { DURATION_BUCKETS, type Metrics, type Observe } from "@mixins/observability/metrics";
import type { Collection, Store } from "@mixins/store/port";
import type { Order, OrderEvent } from "./domain/model";
import { order } from "./domain/order";
import type { Step } from "./domain/checkout-process";
import { orderNumbers } from "./order-numbers";
import { orders } from "./orders.store";

export type OrderCommands = typeof order.commands;

/** Where the orders of this node are worked on. */
export interface OrdersContext {
	readonly actors: Actors<Order, OrderEvent, OrderCommands>;
	readonly collection: Collection<Order, OrderEvent>;
	readonly clock: Clock;
	readonly nextNumber: (cause: CommitMeta) => Promise<string>;
	/** Whether money is taken when the order is confirmed. */
	readonly autoCapture: boolean;
	/** Runs of the process on this node, so that two requests for one order share one. */
	readonly runs: Map<string, Promise<ProcessResult>>;
	/** How long a step took, in seconds. */
	readonly observeStep: (step: Step, seconds: number) => void;
}

/** An order as it was at one moment. */
export interface Seen {
	readonly order: Order;
	readonly version: number;
}

/** How a run of the process ended: where the order stands, and what the buyer should be told. */
export interface ProcessResult extends Seen {
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

const stepTimes = (metrics: Metrics): OrdersContext["observeStep"] => {
	const seconds = metrics.histogram({
		name: "tianguis_checkout_step_duration_seconds",
		help: "Duration of completed checkout process steps.",
		labels: ["step"],
		buckets: DURATION_BUCKETS,
	});
	const steps = new Map<Step, Observe>();
	return (step, took) => {
		const observe = steps.get(step) ?? seconds.labels({ step });
		steps.set(step, observe);
		observe(took);
	};
};

export const ordersContext = (store: Store, clock: Clock, autoCapture: boolean, metrics: Metrics): OrdersContext => {
	const collection = store.collection(orders);
	return {
		collection,
		clock,
		actors: new Actors(order, collection, { exclusive: store.exclusive, limits: { batch: 1 } }),
		nextNumber: orderNumbers(store),
		autoCapture,
		runs: new Map(),
		observeStep: stepTimes(metrics),
	};
};

/** States are replaced, never changed in place, so a reader may keep one. */
export const orderSnapshot = (state: Order, version: number): Seen => ({ order: state, version });
