import type { FulfilmentStatus, Order, OrderPaymentStatus } from "./model";

/** How the payment stands, as the order shows it. */
export const paymentStatusOf = ({ payment, status }: Order): OrderPaymentStatus => {
	if (payment === null) return "notPaid";
	if (status === "cancelled" && payment.status === "captured" && payment.captured === 0) return "voided"; // it cost nothing
	switch (payment.status) {
		case "requested":
		case "requiresAction":
			return "notPaid";
		default:
			return payment.status;
	}
};

/** How far the goods have come. */
export const fulfilmentStatusOf = ({ lines, shipments, handedOver = false }: Order): FulfilmentStatus => {
	if (handedOver) return "delivered";
	if (shipments.length === 0) return "unfulfilled";
	if (lines.some(({ quantity, shippedQuantity }) => shippedQuantity < quantity)) return "partiallyShipped";
	return shipments.every(({ status }) => status === "delivered") ? "delivered" : "shipped";
};

export const refundedTotalOf = ({ payment }: Order): number => payment?.refunded ?? 0;

/** Something is still to be done that no request waits for: a sweep takes it up. */
export const isOpen = ({ status, cancelling, captureWanted }: Order): boolean =>
	status === "pending" || cancelling !== null || (status === "confirmed" && captureWanted !== null);
