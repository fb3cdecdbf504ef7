import { rfc3339 } from "@kernel/clock";
import { money, type Money } from "@kernel/money";
import type { Commit } from "@mixins/store/port";
import type { Purchase } from "@services/carts/carts.contract";
import type { Payment } from "@services/payments/payments.contract";
import type { Order as State, OrderEvent, PaymentSnapshot, Placement } from "./domain/model";
import { fulfilmentStatusOf, paymentStatusOf, refundedTotalOf } from "./domain/status";
import type { Order } from "./orders.contract";

const paymentView = (payment: PaymentSnapshot, currency: string) => ({
	id: payment.id,
	provider: payment.provider,
	status: payment.status,
	amount: money(payment.amount, currency),
	capturedAmount: money(payment.captured, currency),
	refundedAmount: money(payment.refunded, currency),
	...(payment.nextAction !== null && payment.nextAction !== undefined && { nextAction: payment.nextAction }),
});

/** The order in its public representation. */
export const orderView = (state: State, version: number): Order => {
	const inCurrency = (amount: number): Money => money(amount, state.currency);
	return {
		id: state.id,
		number: state.number,
		status: state.status === "new" ? "pending" : state.status,
		...(state.cancelReason !== null && { cancelReason: state.cancelReason }),
		paymentStatus: paymentStatusOf(state),
		fulfilmentStatus: fulfilmentStatusOf(state),
		cartId: state.cartId,
		currency: state.currency,
		customerId: state.customerId,
		email: state.email,
		shippingAddress: state.shippingAddress,
		billingAddress: state.billingAddress,
		shippingMethod: state.shippingMethod,
		note: state.note,
		lines: state.lines.map((line) => ({
			...line,
			unitPrice: inCurrency(line.unitPrice),
			total: inCurrency(line.unitPrice * line.quantity),
		})),
		taxIncluded: state.taxIncluded,
		subtotal: inCurrency(state.subtotal),
		discountTotal: inCurrency(state.discountTotal),
		shippingTotal: inCurrency(state.shippingTotal),
		taxTotal: inCurrency(state.taxTotal),
		total: inCurrency(state.total),
		refundedTotal: inCurrency(refundedTotalOf(state)),
		payments: state.payment ? [paymentView(state.payment, state.currency)] : [],
		shipments: state.shipments.map(({ lines, ...shipment }) => ({ ...shipment, lines: lines.map((line) => ({ ...line })) })),
		placedAt: rfc3339(state.placedAt),
		updatedAt: rfc3339(state.updatedAt),
		version,
	};
};

/** Event data for the staff timeline, without personal data and payment tokens. */
const dataOf = (event: OrderEvent, currency: string): unknown => {
	switch (event.type) {
		case "order.placed":
			return { total: money(event.placement.total, event.placement.currency), lines: event.placement.lines.length };
		case "order.paymentRecorded": {
			const { id, status, captured, refunded } = event.payment;
			return { paymentId: id, status, capturedAmount: money(captured, currency), refundedAmount: money(refunded, currency) };
		}
		case "order.confirmed":
		case "order.readyToHandOver":
		case "order.handedOver":
		case "order.completed":
			return {};
		case "order.shipped": {
			const { id, carrier, trackingNumber, lines } = event.shipment;
			return { shipmentId: id, carrier, trackingNumber, lines };
		}
		default: {
			const { type: _, ...data } = event;
			return data;
		}
	}
};

export const timelineOf = (commits: readonly Commit<OrderEvent>[], currency: string): NonNullable<Order["timeline"]> =>
	commits.flatMap(({ at, actor, events }) =>
		events.map((event) => ({ at: rfc3339(at), type: event.type, actor, data: dataOf(event, currency) })),
	);

/** Converts a payment to the snapshot that the order stores. */
export const toPaymentSnapshot = (payment: Payment): PaymentSnapshot => ({
	id: payment.id,
	provider: payment.provider,
	status: payment.status,
	amount: payment.amount.amount,
	captured: payment.capturedAmount.amount,
	refunded: payment.refundedAmount.amount,
	refunds: payment.refunds,
	nextAction: payment.nextAction ?? null,
	declineCode: payment.declineCode ?? null,
	version: payment.version,
});

/** Converts the purchase that the cart froze to a placement. */
export const placementOf = (purchase: Purchase, number: string, paymentId: string): Placement => ({
	number,
	paymentId,
	cartId: purchase.cartId,
	cartVersion: purchase.cartVersion,
	currency: purchase.currency,
	customerId: purchase.customerId,
	email: purchase.email,
	locale: purchase.locale,
	shippingAddress: purchase.shippingAddress,
	billingAddress: purchase.billingAddress,
	shippingMethod: purchase.shippingMethod,
	note: purchase.note,
	lines: purchase.lines.map(({ total: _, unitPrice, ...line }) => ({ ...line, unitPrice: unitPrice.amount, shippedQuantity: 0 })),
	requiresShipping: purchase.requiresShipping,
	taxIncluded: purchase.taxIncluded,
	subtotal: purchase.subtotal.amount,
	discountTotal: purchase.discountTotal.amount,
	shippingTotal: purchase.shippingTotal.amount,
	taxTotal: purchase.taxTotal.amount,
	total: purchase.total.amount,
	provider: purchase.payment.provider,
	token: purchase.payment.token,
	placedAt: purchase.startedAt,
});
