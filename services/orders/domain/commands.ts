import { reject } from "@kernel/rejection";
import type { Order, OrderEvent, OrderShipment, PaymentSnapshot, Placement } from "./model";
import { fulfilmentStatusOf } from "./status";

const nothing: readonly OrderEvent[] = [];
const happened = (...events: OrderEvent[]): readonly OrderEvent[] => events;

export const place = ({ placement, at }: { placement: Placement; at: number }, { id, status }: Order) =>
	status === "new" ? happened({ type: "order.placed", orderId: id, placement, at }) : nothing;

const isPaid = ({ status }: PaymentSnapshot): boolean => status === "captured" || status === "partiallyRefunded" || status === "refunded";

/** Completes an order that is captured and delivered. */
const completion = (state: Order, payment: PaymentSnapshot | null): OrderEvent[] =>
	state.status === "confirmed" &&
	payment !== null &&
	isPaid(payment) &&
	payment.status !== "refunded" &&
	fulfilmentStatusOf(state) === "delivered"
		? [{ type: "order.completed", orderId: state.id }]
		: [];

/** Whether the order can be handed over without a parcel. Not if staff have already created a shipment. */
const waitsForNoParcel = ({ status, cancelling, requiresShipping = true, shipments, handedOver = false }: Order): boolean =>
	status === "confirmed" && cancelling === null && !requiresShipping && shipments.length === 0 && !handedOver;

const readiness = (state: Order, payment: PaymentSnapshot | null): OrderEvent[] =>
	payment !== null && isPaid(payment) && payment.status !== "refunded" && waitsForNoParcel(state)
		? [{ type: "order.readyToHandOver", orderId: state.id }]
		: [];

/** Events for a new payment version. A repeated or older version yields none. */
const recorded = (payment: PaymentSnapshot, state: Order, at: number): OrderEvent[] => {
	if (state.payment && payment.version <= state.payment.version) return [];
	const known = new Set(state.payment?.refunds.map(({ id }) => id));
	const refunds = payment.refunds
		.filter(({ id }) => !known.has(id))
		.map(({ id, amount }): OrderEvent => ({
			type: "order.refunded",
			orderId: state.id,
			refundId: id,
			amount: { amount, currency: state.currency },
		}));
	const first = state.payment === null || !isPaid(state.payment);
	const ready = first ? readiness(state, payment) : [];
	return [{ type: "order.paymentRecorded", payment, at }, ...refunds, ...completion(state, payment), ...ready];
};

export const recordPayment = ({ payment, at }: { payment: PaymentSnapshot; at: number }, state: Order): readonly OrderEvent[] =>
	state.status === "new" ? nothing : recorded(payment, state, at);

/** Confirms an order whose payment is authorized. Rejected once the order is being cancelled. */
export const confirm = ({ payment, capture, at }: { payment: PaymentSnapshot; capture: boolean; at: number }, state: Order) => {
	if (state.status === "confirmed" || state.status === "completed") return nothing;
	if (state.status !== "pending" || state.cancelling !== null || payment.status !== "authorized") return reject("ILLEGAL_TRANSITION");
	return happened(...recorded(payment, state, at), {
		type: "order.confirmed",
		orderId: state.id,
		captureWanted: capture ? payment.amount : null,
		at,
	});
};

/** Committed before the provider is called, so that the capture is resumed after a crash. */
export const requestCapture = ({ amount, at }: { amount: number | null; at: number }, state: Order) => {
	if (state.status !== "confirmed" || state.cancelling !== null || state.payment?.status !== "authorized")
		return reject("ILLEGAL_TRANSITION");
	const wanted = amount ?? state.payment.amount;
	if (wanted > state.payment.amount) return reject("AMOUNT_TOO_LARGE", { left: state.payment.amount });
	if (state.captureWanted !== null) return state.captureWanted === wanted ? nothing : reject("ILLEGAL_TRANSITION");
	return happened({ type: "order.captureRequested", amount: wanted, at });
};

export const withdrawCapture = ({ at }: { at: number }, { captureWanted }: Order) =>
	captureWanted === null ? nothing : happened({ type: "order.captureWithdrawn", at });

export const requestCancel = ({ reason, at }: { reason: string; at: number }, state: Order) => {
	if (state.cancelling !== null) return nothing;
	const isDispatched = state.shipments.length > 0 || state.handedOver === true;
	if ((state.status !== "pending" && state.status !== "confirmed") || isDispatched) return reject("ILLEGAL_TRANSITION");
	return happened({ type: "order.cancelRequested", reason, at });
};

/** Command of the checkout process. Rejected if another run has already settled the order. */
export const giveUp = ({ reason, at }: { reason: string; at: number }, state: Order) =>
	state.cancelling !== null || state.status === "pending" ? requestCancel({ reason, at }, state) : reject("ILLEGAL_TRANSITION");

/** The provider rejected the refund: the order keeps its previous status. */
export const withdrawCancel = ({ at }: { at: number }, state: Order) =>
	state.cancelling === null
		? nothing
		: happened({ type: "order.cancelWithdrawn", at }, ...readiness({ ...state, cancelling: null }, state.payment));

/** All steps are compensated. `payment` is the payment after that. */
export const cancelled = ({ payment, at }: { payment: PaymentSnapshot | null; at: number }, state: Order) => {
	const { id, cancelling } = state;
	if (cancelling === null) return nothing;
	const undone = payment ? recorded(payment, state, at) : [];
	return happened(...undone, { type: "order.cancelled", orderId: id, reason: cancelling, at });
};

const left = (state: Order) =>
	state.lines
		.filter(({ quantity, shippedQuantity }) => quantity > shippedQuantity)
		.map(({ id, quantity, shippedQuantity }) => ({ lineId: id, quantity: quantity - shippedQuantity }));

const merged = (lines: OrderShipment["lines"]): OrderShipment["lines"] =>
	[...Map.groupBy(lines, ({ lineId }) => lineId)].map(([lineId, same]) => ({
		lineId,
		quantity: same.reduce((total, { quantity }) => total + quantity, 0),
	}));

export const ship = (
	{
		shipmentId,
		lines,
		carrier,
		trackingNumber,
		at,
	}: { shipmentId: string; lines: OrderShipment["lines"] | null; carrier: string; trackingNumber: string; at: number },
	state: Order,
) => {
	if (state.shipments.some(({ id }) => id === shipmentId)) return nothing;
	const paid =
		state.payment?.status === "authorized" || state.payment?.status === "captured" || state.payment?.status === "partiallyRefunded";
	if (state.status !== "confirmed" || state.cancelling !== null || !paid) return reject("ILLEGAL_TRANSITION");
	const remaining = left(state);
	if (remaining.length === 0) return reject("ILLEGAL_TRANSITION");
	const parcel = lines === null ? remaining : merged(lines);
	for (const [index, { lineId, quantity }] of parcel.entries()) {
		if (!state.lines.some(({ id }) => id === lineId))
			return reject("LINE_NOT_FOUND", { errors: [{ path: `/lines/${index}/lineId`, message: "is not a line of this order" }] });
		const most = remaining.find((line) => line.lineId === lineId)?.quantity ?? 0;
		if (quantity > most)
			return reject("QUANTITY_TOO_LARGE", {
				errors: [{ path: `/lines/${index}/quantity`, message: `only ${most} left to ship`, left: most }],
			});
	}
	return happened({
		type: "order.shipped",
		orderId: state.id,
		shipmentId,
		shipment: { id: shipmentId, status: "shipped", carrier, trackingNumber, lines: parcel },
		at,
	});
};

export const markDelivered = ({ shipmentId, at }: { shipmentId: string; at: number }, state: Order) => {
	const parcel = state.shipments.find(({ id }) => id === shipmentId);
	if (parcel?.status !== "shipped") return nothing;
	const after = {
		...state,
		shipments: state.shipments.map((other) => (other.id === shipmentId ? { ...other, status: "delivered" as const } : other)),
	};
	return happened({ type: "order.delivered", shipmentId, at }, ...completion(after, state.payment));
};

/** Marks an order without shipping as delivered. Has no effect if repeated, or if the order was cancelled or refunded meanwhile. */
export const handOver = ({ at }: { at: number }, state: Order): readonly OrderEvent[] => {
	if (readiness(state, state.payment).length === 0) return nothing;
	return happened({ type: "order.handedOver", orderId: state.id, at }, ...completion({ ...state, handedOver: true }, state.payment));
};
