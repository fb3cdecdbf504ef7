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

/** What the buyer was told by the checkout's own answer. */
const TOLD_ALREADY = new Set(["paymentDeclined", "outOfStock"]);

/** What each fact is worth telling. A consumer only queues: one commit, the same one whenever the event comes again. */
export const consumers = (queue: Queue, clock: Clock, caller: () => Caller): Subscription<EventContract>[] => {
	const tell = <E extends EventContract>(name: string, event: E, newsOf: (data: DataOf<E>) => NotificationSubject | null) =>
		subscription({
			name,
			event,
			handle: async (heard) => {
				const news = newsOf(heard.data);
				if (!news) return;
				await queue(heard.id, news, "email", eventRequest(caller(), name, heard, clock()).cause);
			},
		});

	return [
		tell("notifications.orderConfirmation", OrderEvents.confirmed, ({ orderId }) => ({ template: "order-confirmation", orderId })),
		tell("notifications.shipment", OrderEvents.shipped, ({ orderId, shipmentId }) => ({ template: "shipment", orderId, shipmentId })),
		tell("notifications.refund", OrderEvents.refunded, ({ orderId, amount }) => ({ template: "refund", orderId, amount })),
		tell("notifications.orderCancelled", OrderEvents.cancelled, ({ orderId, reason }) =>
			TOLD_ALREADY.has(reason) ? null : { template: "order-cancelled", orderId, reason: shownReason(reason) },
		),
		tell("notifications.passwordReset", AuthEvents.passwordResetRequested, ({ userId, requestId }) => ({
			template: "password-reset",
			userId,
			requestId,
		})),
		tell("notifications.emailVerification", UserEvents.registered, ({ userId }) => ({ template: "email-verification", userId })),
		tell("notifications.accountExists", UserEvents.registrationRepeated, ({ userId }) => ({ template: "account-exists", userId })),
	];
};
