import type { Caller, DataOf, EventContract } from "@kernel/contract";
import type { Clock } from "@kernel/clock";
import { subscription, type Subscription } from "@mixins/events/event-bus";
import { eventRequest } from "@mixins/service/request";
import { AuthEvents } from "@services/auth/auth.contract";
import { OrderEvents } from "@services/orders/orders.contract";
import { UserEvents } from "@services/users/users.contract";
import { shownReason } from "./compose-message";
import type { NotificationSubject } from "./domain/notification";
import type { Queue } from "./notification-queue";

/** Cancellation reasons that the checkout response has already reported to the shopper. */
const REPORTED_BY_CHECKOUT = new Set(["paymentDeclined", "outOfStock"]);

/** Maps events to notifications. A consumer only queues one: a single commit, which a repeated event does not repeat. */
export const consumers = (queue: Queue, clock: Clock, caller: () => Caller): Subscription<EventContract>[] => {
	const notifyOn = <E extends EventContract>(name: string, event: E, newsOf: (data: DataOf<E>) => NotificationSubject | null) =>
		subscription({
			name,
			event,
			handle: async (delivered) => {
				const news = newsOf(delivered.data);
				if (!news) return;
				await queue(delivered.id, news, "email", eventRequest(caller(), name, delivered, clock()).cause);
			},
		});

	return [
		notifyOn("notifications.orderConfirmation", OrderEvents.confirmed, ({ orderId }) => ({ template: "order-confirmation", orderId })),
		notifyOn("notifications.shipment", OrderEvents.shipped, ({ orderId, shipmentId }) => ({
			template: "shipment",
			orderId,
			shipmentId,
		})),
		notifyOn("notifications.refund", OrderEvents.refunded, ({ orderId, amount }) => ({ template: "refund", orderId, amount })),
		notifyOn("notifications.orderCancelled", OrderEvents.cancelled, ({ orderId, reason }) =>
			REPORTED_BY_CHECKOUT.has(reason) ? null : { template: "order-cancelled", orderId, reason: shownReason(reason) },
		),
		notifyOn("notifications.passwordReset", AuthEvents.passwordResetRequested, ({ userId, requestId }) => ({
			template: "password-reset",
			userId,
			requestId,
		})),
		notifyOn("notifications.emailVerification", UserEvents.registered, ({ userId }) => ({ template: "email-verification", userId })),
		notifyOn("notifications.accountExists", UserEvents.registrationRepeated, ({ userId }) => ({ template: "account-exists", userId })),
	];
};
