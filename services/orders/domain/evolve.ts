import { assertNever } from "@kernel/decider";
import type { Order, OrderEvent } from "./model";

/** States are replaced, never changed in place: views may keep what they were given. */
export const evolve = (state: Order, event: OrderEvent): Order => {
	switch (event.type) {
		case "order.placed":
			return { ...state, ...event.placement, status: "pending", updatedAt: event.at ?? event.placement.placedAt };
		case "order.paymentRecorded": {
			const { payment, at } = event;
			const taken =
				payment.status !== "authorized" &&
				payment.status !== "requested" &&
				payment.status !== "unknown" &&
				payment.status !== "requiresAction";
			return { ...state, payment, captureWanted: taken ? null : state.captureWanted, updatedAt: at };
		}
		case "order.confirmed":
			return { ...state, status: "confirmed", captureWanted: event.captureWanted, updatedAt: event.at };
		case "order.captureRequested":
			return { ...state, captureWanted: event.amount, updatedAt: event.at };
		case "order.captureWithdrawn":
			return { ...state, captureWanted: null, updatedAt: event.at };
		case "order.cancelRequested":
			return { ...state, cancelling: event.reason, captureWanted: null, updatedAt: event.at };
		case "order.cancelWithdrawn":
			return { ...state, cancelling: null, updatedAt: event.at };
		case "order.cancelled":
			return {
				...state,
				status: "cancelled",
				cancelReason: event.reason,
				cancelling: null,
				captureWanted: null,
				updatedAt: event.at,
			};
		case "order.refunded":
		case "order.readyToHandOver":
			return state;
		case "order.handedOver":
			return {
				...state,
				lines: state.lines.map((line) => ({ ...line, shippedQuantity: line.quantity })),
				handedOver: true,
				updatedAt: event.at,
			};
		case "order.shipped": {
			const shipped = new Map(event.shipment.lines.map(({ lineId, quantity }) => [lineId, quantity]));
			const lines = state.lines.map((line) => ({ ...line, shippedQuantity: line.shippedQuantity + (shipped.get(line.id) ?? 0) }));
			return { ...state, lines, shipments: [...state.shipments, event.shipment], updatedAt: event.at };
		}
		case "order.delivered":
			return {
				...state,
				shipments: state.shipments.map((shipment) =>
					shipment.id === event.shipmentId ? { ...shipment, status: "delivered" } : shipment,
				),
				updatedAt: event.at,
			};
		case "order.completed":
			return { ...state, status: "completed" };
		default:
			return assertNever(event);
	}
};
