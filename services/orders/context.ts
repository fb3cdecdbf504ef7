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

/** Dependencies that the handlers of this service share. */
export interface OrdersContext {
	readonly actors: Actors<Order, OrderEvent, OrderCommands>;
	readonly collection: Collection<Order, OrderEvent>;
	readonly clock: Clock;
	readonly nextNumber: (cause: CommitMeta) => Promise<string>;
	/** Whether the payment is captured when the order is confirmed. */
	readonly autoCapture: boolean;
	/** Process runs in flight on this node, by order id. Concurrent requests for one order share a run. */
	readonly runs: Map<string, Promise<ProcessResult>>;
	/** Records the duration of a step in seconds. */
	readonly observeStep: (step: Step, seconds: number) => void;
}

/** An order at one version. */
export interface Seen {
	readonly order: Order;
	readonly version: number;
}

/** Result of a process run: the order after it, and what the reply to the buyer needs. */
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

/** Order states are immutable, so the snapshot may be kept. */
export const orderSnapshot = (state: Order, version: number): Seen => ({ order: state, version });
