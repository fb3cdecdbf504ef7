import type { Order, PaymentSnapshot } from "./model";

/**
 * What one run of the process has found out beside what the order says. Nothing of it need survive: each step is idempotent by key, so a
 * run that is taken up elsewhere finds the same out again.
 */
export interface ProcessProgress {
	/** What was answered to the reservation; null: it was not asked for. */
	readonly reservation: "held" | "short" | null;
	readonly payment: PaymentSnapshot | null;
	readonly allocated: boolean;
	readonly cartCompleted: boolean;
	/** The payment once nothing of it is authorized or kept any more. */
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

/** Why an order was given up that could not be had; others may have been told by this name. */
export const OUT_OF_STOCK = "outOfStock";
const DECLINED = "paymentDeclined";
/** All reasons of ours; staff may give others. */
export const CANCEL_REASONS: readonly string[] = [OUT_OF_STOCK, DECLINED, "paymentExpired", "requestedByStaff"];

/** The vocabulary of the process. `wait`: somebody else moves next (the provider, the buyer). */
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

/** Why `giveUp` is next. */
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
			return ["giveUp"]; // declined; or voided and refunded by somebody else
	}
};

/** A crash between two commits may have left a confirmed order without its allocation: the cart is completed only after that. */
const fulfil = ({ captureWanted }: Order, { allocated, cartCompleted }: ProcessProgress): readonly Step[] => {
	if (!allocated) return ["allocateStock"];
	return [...(cartCompleted ? [] : (["completeCart"] as const)), ...(captureWanted === null ? [] : (["capturePayment"] as const))];
};

/** The cart is usable again only after its stock is. */
const giveBack = ({ released, cartReopened }: ProcessProgress): readonly Step[] => {
	if (!released) return ["releaseStock"];
	return cartReopened ? [] : ["reopenCart"];
};

const backward = ({ status }: Order, facts: ProcessProgress): readonly Step[] => {
	const { undone, released } = facts;
	// The provider may refuse to undo a confirmed order, which then stands with its stock. A pending one never stands again.
	if (undone === null) return status === "pending" && !released ? ["undoPayment", "releaseStock"] : ["undoPayment"];
	const left = giveBack(facts);
	return left.length > 0 ? left : ["cancelOrder"];
};

/**
 * Pure: from what is written and what this run knows to the steps that are next. They may be made side by side: none needs the outcome of another,
 * and at most one of them writes to the order. None: nothing is open.
 */
export const nextSteps = (order: Order, facts: ProcessProgress): readonly Step[] => {
	if (order.cancelling !== null) return backward(order, facts);
	switch (order.status) {
		case "new":
			// The cart's checkout is durable already: if this process crashes, the carts' sweep resumes it.
			return ["placeOrder", "reserveStock"];
		case "pending":
			return forward(facts);
		case "confirmed":
		case "completed":
			return fulfil(order, facts);
		case "cancelled":
			return giveBack(facts); // a repeated request may have reserved and frozen the cart once more
	}
};
