import type { FulfilmentStatus, Order, OrderPaymentStatus } from "./model";

/** Payment status in the view of the order. */
export const paymentStatusOf = ({ payment, status }: Order): OrderPaymentStatus => {
	if (payment === null) return "notPaid";
	if (status === "cancelled" && payment.status === "captured" && payment.captured === 0) return "voided"; // an order with a total of 0
	switch (payment.status) {
		case "requested":
		case "requiresAction":
			return "notPaid";
		default:
			return payment.status;
	}
};

/** Fulfilment status, derived from the lines and shipments. */
export const fulfilmentStatusOf = ({ lines, shipments, handedOver = false }: Order): FulfilmentStatus => {
	if (handedOver) return "delivered";
	if (shipments.length === 0) return "unfulfilled";
	if (lines.some(({ quantity, shippedQuantity }) => shippedQuantity < quantity)) return "partiallyShipped";
	return shipments.every(({ status }) => status === "delivered") ? "delivered" : "shipped";
};

export const refundedTotalOf = ({ payment }: Order): number => payment?.refunded ?? 0;

/** Whether work is left that no request waits for. The recovery sweep resumes such orders. */
export const isOpen = ({ status, cancelling, captureWanted }: Order): boolean =>
	status === "pending" || cancelling !== null || (status === "confirmed" && captureWanted !== null);
