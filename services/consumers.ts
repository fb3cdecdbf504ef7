import type { Consumer } from "@config/event-bus";
import type { EventContract } from "@kernel/contract";
import { AuthEvents } from "./auth/auth.contract";
import { InventoryEvents } from "./inventory/inventory.contract";
import { OrderEvents } from "./orders/orders.contract";
import { PaymentEvents } from "./payments/payments.contract";
import { ProductEvents } from "./products/products.contract";
import { ShippingEvents } from "./shipping/shipping.contract";
import { UserEvents } from "./users/users.contract";

const BY_NAME: Readonly<Record<string, EventContract>> = {
	"auth.endSessions": UserEvents.secured,
	"users.erasure": UserEvents.secured,
	"products.stock": InventoryEvents.availabilityChanged,
	"products.changed": ProductEvents.changed,
	"products.removed": ProductEvents.removed,
	"orders.followPayment": PaymentEvents.changed,
	"orders.handOver": OrderEvents.shipped,
	"orders.handOverWithoutParcel": OrderEvents.readyToHandOver,
	"orders.followShipment": ShippingEvents.delivered,
	"notifications.orderConfirmation": OrderEvents.confirmed,
	"notifications.shipment": OrderEvents.shipped,
	"notifications.refund": OrderEvents.refunded,
	"notifications.orderCancelled": OrderEvents.cancelled,
	"notifications.passwordReset": AuthEvents.passwordResetRequested,
	"notifications.emailVerification": UserEvents.registered,
	"notifications.accountExists": UserEvents.registrationRepeated,
};

/**
 * Every consumer with its event. Each publishing node declares all queues, so events are kept for consumers whose node has not started yet.
 * A spec compares this list with the subscriptions of the services.
 */
export const CONSUMERS: readonly Consumer[] = Object.entries(BY_NAME).map(([name, event]) => ({ name, event }));
