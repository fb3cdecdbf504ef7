import type { Order, PaymentSnapshot } from "./model";

/**
 * Results of one process run that the order does not store. They need not survive a crash: each step is idempotent by key, so another run
 * obtains the same results.
 */
export interface ProcessProgress {
	/** Result of the reservation; null if it was not requested. */
	readonly reservation: "held" | "short" | null;
	readonly payment: PaymentSnapshot | null;
	readonly allocated: boolean;
	readonly cartCompleted: boolean;
	/** The payment after its compensation: neither authorized nor captured amounts are left. */
	readonly undone: PaymentSnapshot | null;
	readonly released: boolean;
	readonly cartReopened: boolean;
}

export const NO_PROGRESS: ProcessProgress = {
	reservation: null,
	payment: null,
	allocated: false,
	cartCompleted: false,
	undone: null,
	released: false,
	cartReopened: false,
};

/** Cancel reason of an order without sufficient stock. It is part of published events. */
export const OUT_OF_STOCK = "outOfStock";
const DECLINED = "paymentDeclined";
/** Cancel reasons that the process uses. Staff may give others. */
export const CANCEL_REASONS: readonly string[] = [OUT_OF_STOCK, DECLINED, "paymentExpired", "requestedByStaff"];

/** Steps of the process. `wait`: the provider or the buyer acts next. */
export type Step =
	| "placeOrder"
	| "reserveStock"
	| "authorizePayment"
	| "allocateStock"
	| "confirmOrder"
	| "completeCart"
	| "capturePayment"
	| "giveUp"
	| "undoPayment"
	| "releaseStock"
	| "reopenCart"
	| "cancelOrder"
	| "wait";

/** The cancel reason for the step `giveUp`. */
export const reasonToGiveUp = ({ reservation }: ProcessProgress): string => (reservation === "short" ? OUT_OF_STOCK : DECLINED);

const forward = ({ reservation, payment, allocated }: ProcessProgress): readonly Step[] => {
	if (reservation === null) return ["reserveStock"];
	if (reservation === "short") return ["giveUp"];
	switch (payment?.status) {
		case undefined:
			return ["authorizePayment"];
		case "authorized":
			return allocated ? ["confirmOrder"] : ["allocateStock", "confirmOrder"];
		case "requested":
		case "unknown":
		case "requiresAction":
			return ["wait"];
		default:
			return ["giveUp"]; // declined, or voided or refunded elsewhere
	}
};

/** A crash between two commits may leave a confirmed order without its allocation. The cart is completed only after the allocation. */
const fulfil = ({ captureWanted }: Order, { allocated, cartCompleted }: ProcessProgress): readonly Step[] => {
	if (!allocated) return ["allocateStock"];
	return [...(cartCompleted ? [] : (["completeCart"] as const)), ...(captureWanted === null ? [] : (["capturePayment"] as const))];
};

/** The stock is released before the cart is reopened. */
const giveBack = ({ released, cartReopened }: ProcessProgress): readonly Step[] => {
	if (!released) return ["releaseStock"];
	return cartReopened ? [] : ["reopenCart"];
};

const backward = ({ status }: Order, progress: ProcessProgress): readonly Step[] => {
	const { undone, released } = progress;
	// The provider may refuse to undo a confirmed order, which then keeps its stock. A pending order is never confirmed after that.
	if (undone === null) return status === "pending" && !released ? ["undoPayment", "releaseStock"] : ["undoPayment"];
	const left = giveBack(progress);
	return left.length > 0 ? left : ["cancelOrder"];
};

/**
 * Derives the next steps from the order and the progress of the run. Pure function. The steps may run concurrently: none needs the result
 * of another, and at most one writes to the order. An empty list means that nothing is open.
 */
export const nextSteps = (order: Order, progress: ProcessProgress): readonly Step[] => {
	if (order.cancelling !== null) return backward(order, progress);
	switch (order.status) {
		case "new":
			// The checkout of the cart is already stored: after a crash the recovery sweep of carts resumes it.
			return ["placeOrder", "reserveStock"];
		case "pending":
			return forward(progress);
		case "confirmed":
		case "completed":
			return fulfil(order, progress);
		case "cancelled":
			return giveBack(progress); // a repeated request may have reserved and frozen the cart once more
	}
};
