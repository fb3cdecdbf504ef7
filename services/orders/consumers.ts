import { call, type Caller, type EventContract } from "@kernel/contract";
import type { Clock } from "@kernel/clock";
import { subscription, type Subscription } from "@mixins/events/event-bus";
import { eventRequest } from "@mixins/service/request";
import { PaymentEvents, Payments } from "@services/payments/payments.contract";
import { ShippingEvents } from "@services/shipping/shipping.contract";
import { orderSnapshot, type OrdersContext } from "./context";
import { dispatchShipment, shipWithoutParcel } from "./dispatch";
import { isOpen } from "./domain/status";
import { rerunProcess } from "./process-runner";
import { OrderEvents } from "./orders.contract";
import { toPaymentSnapshot } from "./views";

/** Subscriptions to events of other services. Events may be delivered more than once, so each handler is idempotent. */
export const consumers = (context: OrdersContext, clock: Clock, caller: () => Caller): Subscription<EventContract>[] => [
	subscription({
		name: "orders.followPayment",
		event: PaymentEvents.changed,
		handle: async (event) => {
			const { orderId, paymentId } = event.data;
			const { cause, now } = eventRequest(caller(), "orders.followPayment", event, clock());
			const found = await context.actors.read(orderId, orderSnapshot);
			// The process of a pending order looks its payment up and records it together with what follows from it.
			if (found?.order.status === "pending") return void (await rerunProcess(context, caller(), orderId, cause));
			const payment = toPaymentSnapshot(await call(caller(), Payments.lookup, { paymentId }));
			const { order } = await context.actors.send(orderId, "recordPayment", { payment, at: now }, orderSnapshot, cause);
			if (isOpen(order)) await rerunProcess(context, caller(), orderId, cause);
		},
	}),
	subscription({
		name: "orders.handOver",
		event: OrderEvents.shipped,
		handle: async ({ data: { orderId, shipmentId } }) => {
			const found = await context.actors.read(orderId, orderSnapshot);
			if (found) await dispatchShipment({ caller: caller() }, found.order, shipmentId);
		},
	}),
	subscription({
		name: "orders.handOverWithoutParcel",
		event: OrderEvents.readyToHandOver,
		handle: async (event) => {
			const { orderId } = event.data;
			const { cause, now } = eventRequest(caller(), "orders.handOverWithoutParcel", event, clock());
			const { order } = await context.actors.send(orderId, "handOver", { at: now }, orderSnapshot, cause);
			if (order.handedOver) await shipWithoutParcel(caller(), order);
		},
	}),
	subscription({
		name: "orders.followShipment",
		event: ShippingEvents.delivered,
		handle: async (event) => {
			const { orderId, shipmentId } = event.data;
			const { cause, now } = eventRequest(caller(), "orders.followShipment", event, clock());
			await context.actors.send(orderId, "markDelivered", { shipmentId, at: now }, () => null, cause);
		},
	}),
];
