import { Type, type Static } from "@sinclair/typebox";
import { action, event } from "@kernel/contract";
import {
	Address,
	AnyId,
	Currency,
	Email,
	Id,
	Money,
	Nullable,
	Page,
	PageParams,
	PERSONAL,
	PositiveMoney,
	Quantity,
	Strict,
	Text,
	Timestamp,
} from "@kernel/schemas";
import { CartId, CartLine, Purchase } from "@services/carts/carts.contract";
import { Payment } from "@services/payments/payments.contract";
import { Shipment } from "@services/shipping/shipping.contract";

export const OrderId = Id("ord");

const literals = <const T extends string>(...values: readonly T[]) => Type.Union(values.map((value) => Type.Literal(value)));
/**
 * completed: captured and delivered. An order of which nothing needs a parcel is delivered by being paid for: a moment after the capture it is
 * completed, without a shipment; until then it can be cancelled. In any other order such goods go along with the parcels.
 */
export const OrderStatus = literals("pending", "confirmed", "completed", "cancelled");
export const OrderPaymentStatus = literals(
	"notPaid",
	"authorized",
	"captured",
	"partiallyRefunded",
	"refunded",
	"voided",
	"declined",
	"unknown",
);
export const FulfilmentStatus = literals("unfulfilled", "partiallyShipped", "shipped", "delivered", "returned");

export const Order = Type.Object(
	{
		id: OrderId,
		number: Type.String({ description: "for people" }),
		status: OrderStatus,
		cancelReason: Type.Optional(Nullable(Type.String())),
		paymentStatus: OrderPaymentStatus,
		fulfilmentStatus: FulfilmentStatus,
		cartId: CartId,
		currency: Currency,
		customerId: Nullable(Id("usr")),
		email: Email,
		shippingAddress: Nullable(Address),
		billingAddress: Nullable(Address),
		shippingMethod: Nullable(Type.String()),
		note: Nullable(Type.String(PERSONAL)),
		lines: Type.Array(Type.Composite([CartLine, Type.Object({ shippedQuantity: Type.Integer() })])),
		taxIncluded: Type.Boolean(),
		subtotal: Money,
		discountTotal: Money,
		shippingTotal: Money,
		taxTotal: Money,
		total: Money,
		refundedTotal: Money,
		payments: Type.Array(Type.Omit(Payment, ["orderId", "version", "declineCode", "refunds"])),
		shipments: Type.Array(Type.Omit(Shipment, ["orderId"])),
		placedAt: Timestamp,
		updatedAt: Timestamp,
		version: Type.Integer(),
		orderToken: Type.Optional(Type.String({ description: "returned once, to guests: grants access to the order" })),
		timeline: Type.Optional(
			Type.Array(Type.Object({ at: Timestamp, type: Type.String(), actor: Type.String(), data: Type.Unknown() }), {
				description: "staff only",
			}),
		),
	},
	{ title: "Order" },
);
export type Order = Static<typeof Order>;

const ofOneOrder = { returns: Order, shardBy: "id" } as const;
const staff = (summary: string) => ({ tag: "staff: orders", summary }) as const;

/** What was bought. The order is the process that leads from a cart to a paid, shipped parcel, or undoes what was begun. */
export const Orders = {
	/** 201 confirmed; 202 pending where the payment's outcome is not known by the deadline. */
	checkout: action("orders.checkout", {
		params: Strict({
			cartId: CartId,
			payment: Strict({
				provider: Type.String({ minLength: 1, maxLength: 32 }),
				token: Type.String({ minLength: 1, maxLength: 256 }),
			}),
		}),
		returns: Order,
		errors: [
			"CART_NOT_FOUND",
			"CART_EMPTY",
			"CART_INCOMPLETE",
			"CART_CHANGED",
			"CART_ALREADY_ORDERED",
			"CHECKOUT_IN_PROGRESS",
			"CURRENCY_MISMATCH",
			"NOT_FOR_SALE",
			"OUT_OF_STOCK",
			"PAYMENT_DECLINED",
			"INSUFFICIENT_FUNDS",
			"PRECONDITION_FAILED",
			"VALIDATION_FAILED",
			"UNAVAILABLE",
		],
		permission: "public",
		shardBy: "cartId",
		timeoutMs: 15_000,
		rest: "POST /v1/carts/{cartId}/checkout",
		priority: "buying",
		http: {
			tag: "orders",
			summary: "Check out a cart",
			status: 201,
			acceptedWhen: { field: "status", is: "pending" },
			location: "/v1/orders/{id}",
		},
	}),
	view: action("orders.view", {
		...ofOneOrder,
		params: Strict({ id: AnyId }),
		errors: ["ORDER_NOT_FOUND"],
		permission: "public",
		idempotent: true,
		rest: "GET /v1/orders/{id}",
		http: { summary: "An order; guests send X-Order-Token", headers: ["X-Order-Token"] },
	}),
	mine: action("orders.mine", {
		params: Strict({ ...PageParams }),
		returns: Page(Order),
		errors: ["VALIDATION_FAILED"],
		permission: "customer",
		idempotent: true,
		rest: "GET /v1/me/orders",
		http: { summary: "My orders, the newest first" },
	}),

	list: action("orders.list", {
		params: Strict({
			...PageParams,
			status: Type.Optional(OrderStatus),
			paymentStatus: Type.Optional(OrderPaymentStatus),
			fulfilmentStatus: Type.Optional(FulfilmentStatus),
			email: Type.Optional(Type.String({ maxLength: 254 })),
			number: Type.Optional(Type.String({ maxLength: 32 })),
			placedFrom: Type.Optional(Type.String({ maxLength: 40, description: "RFC 3339; from then on" })),
			placedTo: Type.Optional(Type.String({ maxLength: 40, description: "RFC 3339; up to then" })),
		}),
		returns: Page(Order),
		errors: ["VALIDATION_FAILED"],
		permission: "orders:read",
		bulkhead: { concurrency: 32, queue: 256 },
		idempotent: true,
		rest: "GET /v1/admin/orders",
		http: staff("Orders, the newest first"),
	}),
	read: action("orders.read", {
		...ofOneOrder,
		params: Strict({ id: AnyId }),
		errors: ["ORDER_NOT_FOUND"],
		permission: "orders:read",
		idempotent: true,
		rest: "GET /v1/admin/orders/{id}",
		http: staff("An order with its timeline"),
	}),
	cancel: action("orders.cancel", {
		...ofOneOrder,
		params: Strict({ id: AnyId, reason: Type.Optional(Text(500)) }),
		errors: ["ORDER_NOT_FOUND", "ILLEGAL_TRANSITION", "PROVIDER_ERROR", "UNAVAILABLE"],
		permission: "orders:cancel",
		timeoutMs: 15_000,
		rest: "POST /v1/admin/orders/{id}/cancel",
		http: { ...staff("Cancel an unshipped order; its payment is voided or refunded"), idempotencyKey: true },
	}),
	capture: action("orders.capture", {
		...ofOneOrder,
		params: Strict({ id: AnyId, amount: Type.Optional(PositiveMoney) }),
		errors: [
			"ORDER_NOT_FOUND",
			"ILLEGAL_TRANSITION",
			"AMOUNT_TOO_LARGE",
			"CURRENCY_MISMATCH",
			"VALIDATION_FAILED",
			"PROVIDER_ERROR",
			"UNAVAILABLE",
		],
		permission: "orders:capture",
		timeoutMs: 15_000,
		rest: "POST /v1/admin/orders/{id}/capture",
		http: { ...staff("Capture the authorized payment"), idempotencyKey: true },
	}),
	refund: action("orders.refund", {
		...ofOneOrder,
		params: Strict({ id: AnyId, amount: Type.Optional(PositiveMoney), reason: Text(500, 1) }),
		errors: ["ORDER_NOT_FOUND", "ILLEGAL_TRANSITION", "AMOUNT_TOO_LARGE", "VALIDATION_FAILED", "PROVIDER_ERROR", "UNAVAILABLE"],
		permission: "orders:refund",
		timeoutMs: 15_000,
		rest: "POST /v1/admin/orders/{id}/refunds",
		http: { ...staff("Refund; without an amount, the full remaining amount"), status: 201, location: "/v1/admin/orders/{id}" },
	}),
	ship: action("orders.ship", {
		...ofOneOrder,
		params: Strict({
			id: AnyId,
			lines: Type.Optional(
				Type.Array(Strict({ lineId: Type.String({ maxLength: 128 }), quantity: Quantity }), { minItems: 1, maxItems: 500 }),
			),
			carrier: Text(100, 1),
			trackingNumber: Text(100, 1),
		}),
		errors: ["ORDER_NOT_FOUND", "ILLEGAL_TRANSITION", "LINE_NOT_FOUND", "QUANTITY_TOO_LARGE", "VALIDATION_FAILED"],
		permission: "orders:ship",
		timeoutMs: 15_000,
		rest: "POST /v1/admin/orders/{id}/shipments",
		http: { ...staff("Create a shipment; without lines, everything left to ship"), status: 201, location: "/v1/admin/orders/{id}" },
	}),
	deliver: action("orders.deliver", {
		params: Strict({ id: AnyId }),
		returns: Order,
		errors: ["SHIPMENT_NOT_FOUND", "ORDER_NOT_FOUND"],
		permission: "orders:ship",
		idempotent: true,
		rest: "POST /v1/admin/shipments/{id}/deliver",
		http: { ...staff("Mark a shipment as delivered"), idempotencyKey: true },
	}),

	/** Takes up a checkout that a process which died has left: makes the order where there is none yet, and drives it on. */
	resume: action("orders.resume", {
		params: Strict({ purchase: Purchase }),
		returns: Type.Object({}),
		idempotent: true,
		timeoutMs: 15_000,
	}),
	/** For operators: orders whose process has been open for so long, the longest first. */
	stuck: action("orders.stuck", {
		params: Strict({ olderThanMs: Type.Integer({ minimum: 0 }), limit: Type.Integer({ minimum: 1, maximum: 100 }) }),
		returns: Type.Array(Order),
		idempotent: true,
	}),
	/** For operators: takes an order as far as it will go, now. */
	push: action("orders.push", {
		params: Strict({ id: OrderId }),
		returns: Order,
		errors: ["ORDER_NOT_FOUND"],
		idempotent: true,
		timeoutMs: 15_000,
		shardBy: "id",
	}),
	/** For operators: an order as it was at a moment (epoch ms), by its journal. */
	at: action("orders.at", {
		params: Strict({ id: OrderId, at: Type.Integer() }),
		returns: Order,
		errors: ["ORDER_NOT_FOUND"],
		idempotent: true,
	}),
	/** For other services: the order whole, with what its notifications need. */
	lookup: action("orders.lookup", {
		params: Strict({ id: OrderId }),
		returns: Type.Object({ order: Order, locale: Type.String() }),
		errors: ["ORDER_NOT_FOUND"],
		idempotent: true,
	}),
	/** Everything of one customer, for an export of what is kept. */
	ofCustomer: action("orders.ofCustomer", { params: Strict({ userId: Id("usr") }), returns: Type.Array(Order), idempotent: true }),
};

export const OrderEvents = {
	placed: event("order.placed", Type.Object({ orderId: OrderId })),
	confirmed: event("order.confirmed", Type.Object({ orderId: OrderId })),
	cancelled: event("order.cancelled", Type.Object({ orderId: OrderId, reason: Type.String() })),
	shipped: event("order.shipped", Type.Object({ orderId: OrderId, shipmentId: Id("shp") })),
	refunded: event("order.refunded", Type.Object({ orderId: OrderId, refundId: Id("ref"), amount: Money })),
	/** Paid for, and nothing of it needs a parcel. */
	readyToHandOver: event("order.readyToHandOver", Type.Object({ orderId: OrderId })),
	completed: event("order.completed", Type.Object({ orderId: OrderId })),
};
