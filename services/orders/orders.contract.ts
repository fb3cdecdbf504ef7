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
 * completed: captured and delivered. If no item requires shipping, the order counts as delivered once it is paid: it is completed shortly
 * after the capture, without a shipment, and can be cancelled until then. In a mixed order such items ship with the parcels.
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
		number: Type.String({ description: "Human-readable order number" }),
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
		orderToken: Type.Optional(Type.String({ description: "Grants a guest access to the order; returned once, by the checkout" })),
		timeline: Type.Optional(
			Type.Array(Type.Object({ at: Timestamp, type: Type.String(), actor: Type.String(), data: Type.Unknown() }), {
				description: "Staff only",
			}),
		),
	},
	{ title: "Order" },
);
export type Order = Static<typeof Order>;

const ofOneOrder = { returns: Order, shardBy: "id" } as const;
const staff = (summary: string) => ({ tag: "staff: orders", summary }) as const;

/** Orders. An order is also the process manager that leads a cart to a paid and shipped order, or compensates what was begun. */
export const Orders = {
	/** 201 if the order is confirmed; 202 if it is pending because the payment outcome is not known by the deadline. */
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
		http: { summary: "The customer's orders, newest first" },
	}),

	list: action("orders.list", {
		params: Strict({
			...PageParams,
			status: Type.Optional(OrderStatus),
			paymentStatus: Type.Optional(OrderPaymentStatus),
			fulfilmentStatus: Type.Optional(FulfilmentStatus),
			email: Type.Optional(Type.String({ maxLength: 254 })),
			number: Type.Optional(Type.String({ maxLength: 32 })),
			placedFrom: Type.Optional(Type.String({ maxLength: 40, description: "RFC 3339 date or time; inclusive lower bound" })),
			placedTo: Type.Optional(Type.String({ maxLength: 40, description: "RFC 3339 date or time; inclusive upper bound" })),
		}),
		returns: Page(Order),
		errors: ["VALIDATION_FAILED"],
		permission: "orders:read",
		bulkhead: { concurrency: 32, queue: 256 },
		idempotent: true,
		rest: "GET /v1/admin/orders",
		http: staff("Orders, newest first"),
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

	/** For the cart recovery sweep: places the order of an interrupted checkout if it does not exist, and runs its process. */
	resume: action("orders.resume", {
		params: Strict({ purchase: Purchase }),
		returns: Type.Object({}),
		idempotent: true,
		timeoutMs: 15_000,
	}),
	/** For operators: orders that have been open for at least `olderThanMs`, the longest first. */
	stuck: action("orders.stuck", {
		params: Strict({ olderThanMs: Type.Integer({ minimum: 0 }), limit: Type.Integer({ minimum: 1, maximum: 100 }) }),
		returns: Type.Array(Order),
		idempotent: true,
	}),
	/** For operators: runs the process of an order now. */
	push: action("orders.push", {
		params: Strict({ id: OrderId }),
		returns: Order,
		errors: ["ORDER_NOT_FOUND"],
		idempotent: true,
		timeoutMs: 15_000,
		shardBy: "id",
	}),
	/** For operators: an order as of a time in epoch milliseconds, replayed from its journal. */
	at: action("orders.at", {
		params: Strict({ id: OrderId, at: Type.Integer() }),
		returns: Order,
		errors: ["ORDER_NOT_FOUND"],
		idempotent: true,
	}),
	/** For other services: the full order and the locale of its notifications. */
	lookup: action("orders.lookup", {
		params: Strict({ id: OrderId }),
		returns: Type.Object({ order: Order, locale: Type.String() }),
		errors: ["ORDER_NOT_FOUND"],
		idempotent: true,
	}),
	/** All orders of a customer, for the export of personal data. */
	ofCustomer: action("orders.ofCustomer", { params: Strict({ userId: Id("usr") }), returns: Type.Array(Order), idempotent: true }),
};

export const OrderEvents = {
	placed: event("order.placed", Type.Object({ orderId: OrderId })),
	confirmed: event("order.confirmed", Type.Object({ orderId: OrderId })),
	cancelled: event("order.cancelled", Type.Object({ orderId: OrderId, reason: Type.String() })),
	shipped: event("order.shipped", Type.Object({ orderId: OrderId, shipmentId: Id("shp") })),
	refunded: event("order.refunded", Type.Object({ orderId: OrderId, refundId: Id("ref"), amount: Money })),
	/** The order is paid, and none of its items requires shipping. */
	readyToHandOver: event("order.readyToHandOver", Type.Object({ orderId: OrderId })),
	completed: event("order.completed", Type.Object({ orderId: OrderId })),
};
