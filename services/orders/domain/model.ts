import type { Address } from "@kernel/schemas";
import type { Transitions } from "@kernel/transitions";

export type OrderStatus = "new" | "pending" | "confirmed" | "completed" | "cancelled";
export type FulfilmentStatus = "unfulfilled" | "partiallyShipped" | "shipped" | "delivered" | "returned";
export type OrderPaymentStatus =
	"notPaid" | "authorized" | "captured" | "partiallyRefunded" | "refunded" | "voided" | "declined" | "unknown";

export const ORDER_TRANSITIONS: Transitions<OrderStatus, "place" | "confirm" | "complete" | "cancel"> = {
	new: { place: { to: "pending", emits: "order.placed" } },
	pending: { confirm: { to: "confirmed", emits: "order.confirmed" }, cancel: { to: "cancelled", emits: "order.cancelled" } },
	confirmed: { complete: { to: "completed", emits: "order.completed" }, cancel: { to: "cancelled", emits: "order.cancelled" } },
	completed: {},
	cancelled: {},
};

/** The last recorded version of the payment. Amounts are in minor units of the order's currency. The payment is an aggregate of its own. */
export interface PaymentSnapshot {
	readonly id: string;
	readonly provider: string;
	readonly status:
		"requested" | "unknown" | "requiresAction" | "authorized" | "declined" | "captured" | "partiallyRefunded" | "refunded" | "voided";
	readonly amount: number;
	readonly captured: number;
	readonly refunded: number;
	readonly refunds: readonly { readonly id: string; readonly amount: number; readonly reason: string }[];
	readonly nextAction: unknown;
	readonly declineCode: string | null;
	/** Version of the payment. Older versions are ignored. */
	readonly version: number;
}

export interface OrderLine {
	readonly id: string;
	readonly sku: string;
	readonly productId: string;
	readonly variantId: string;
	readonly title: string;
	readonly variantTitle: string;
	readonly imageUrl: string | null;
	readonly quantity: number;
	readonly unitPrice: number;
	readonly shippedQuantity: number;
}

/** Buyer, goods and prices of an order. They are fixed when the order is placed. */
export interface Placement {
	readonly number: string;
	readonly cartId: string;
	readonly cartVersion: number;
	readonly currency: string;
	readonly customerId: string | null;
	readonly email: string;
	readonly locale: string;
	readonly shippingAddress: Address | null;
	readonly billingAddress: Address | null;
	readonly shippingMethod: string | null;
	readonly note: string | null;
	readonly lines: readonly OrderLine[];
	/** Whether any item requires shipping. Absent in old events, which means true. */
	readonly requiresShipping?: boolean;
	readonly taxIncluded: boolean;
	readonly subtotal: number;
	readonly discountTotal: number;
	readonly shippingTotal: number;
	readonly taxTotal: number;
	readonly total: number;
	readonly paymentId: string;
	readonly provider: string;
	readonly token: string;
	readonly placedAt: number;
}

export interface OrderShipment {
	readonly id: string;
	readonly status: "shipped" | "delivered";
	readonly carrier: string;
	readonly trackingNumber: string;
	readonly lines: readonly { readonly lineId: string; readonly quantity: number }[];
}

/** State of an order and of the process that fulfils it. A process run resumes from here. */
export interface Order extends Placement {
	readonly id: string;
	readonly status: OrderStatus;
	readonly cancelReason: string | null;
	/** Cancel reason while the order is being cancelled: payment and stock are returned before the order is cancelled. */
	readonly cancelling: string | null;
	readonly payment: PaymentSnapshot | null;
	/** Amount of a requested capture that is still open; null if there is none. */
	readonly captureWanted: number | null;
	readonly shipments: readonly OrderShipment[];
	/** Whether items that require no shipping were handed over to the buyer. */
	readonly handedOver?: boolean;
	readonly updatedAt: number;
}

export type OrderEvent =
	/** `at`: time of the commit, which may be later than `placedAt`. Absent in old events. */
	| { readonly type: "order.placed"; readonly orderId: string; readonly placement: Placement; readonly at?: number }
	| { readonly type: "order.paymentRecorded"; readonly payment: PaymentSnapshot; readonly at: number }
	| { readonly type: "order.confirmed"; readonly orderId: string; readonly captureWanted: number | null; readonly at: number }
	| { readonly type: "order.captureRequested"; readonly amount: number; readonly at: number }
	| { readonly type: "order.captureWithdrawn"; readonly at: number }
	| { readonly type: "order.cancelRequested"; readonly reason: string; readonly at: number }
	| { readonly type: "order.cancelWithdrawn"; readonly at: number }
	| { readonly type: "order.cancelled"; readonly orderId: string; readonly reason: string; readonly at: number }
	| {
			readonly type: "order.refunded";
			readonly orderId: string;
			readonly refundId: string;
			readonly amount: { readonly amount: number; readonly currency: string };
	  }
	| {
			readonly type: "order.shipped";
			readonly orderId: string;
			readonly shipmentId: string;
			readonly shipment: OrderShipment;
			readonly at: number;
	  }
	| { readonly type: "order.delivered"; readonly shipmentId: string; readonly at: number }
	| { readonly type: "order.readyToHandOver"; readonly orderId: string }
	| { readonly type: "order.handedOver"; readonly orderId: string; readonly at: number }
	| { readonly type: "order.completed"; readonly orderId: string };
