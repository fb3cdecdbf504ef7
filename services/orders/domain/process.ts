import type { Order, PaymentMirror } from "./model";

/**
 * What one run of the process has found out beside what the order says. Nothing of it need survive: each step is idempotent by key, so a
 * run that is taken up elsewhere finds the same out again.
 */
export interface Facts {
	readonly reserved: boolean;
	readonly payment: PaymentMirror | null;
	readonly allocated: boolean;
	readonly cartCompleted: boolean;
	readonly paymentUndone: boolean;
	readonly released: boolean;
	readonly cartReopened: boolean;
}

export const NO_FACTS: Facts = {
	reserved: false,
	payment: null,
	allocated: false,
	cartCompleted: false,
	paymentUndone: false,
	released: false,
	cartReopened: false,
};

/** Why an order was given up that could not be had; others may have been told by this name. */
export const OUT_OF_STOCK = "outOfStock";
/** All reasons of ours; staff may give others. */
export const CANCEL_REASONS: readonly string[] = [OUT_OF_STOCK, "paymentDeclined", "paymentExpired", "requestedByStaff"];

/** The vocabulary of the process. `wait`: somebody else moves next (the provider, the buyer). `done`: nothing is open. */
export type Step =
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
	| "wait"
	| "done";

const forward = ({ reserved, payment, allocated }: Facts): Step => {
	if (!reserved) return "reserveStock";
	switch (payment?.status) {
		case undefined:
			return "authorizePayment";
		case "authorized":
			return allocated ? "confirmOrder" : "allocateStock";
		case "requested":
		case "unknown":
		case "requiresAction":
			return "wait";
		default:
			return "giveUp"; // declined; or voided and refunded by somebody else
	}
};

const backward = ({ paymentUndone, released, cartReopened }: Facts): Step => {
	if (!paymentUndone) return "undoPayment";
	if (!released) return "releaseStock";
	return cartReopened ? "cancelOrder" : "reopenCart";
};

/** Pure: from what is written and what this run knows to the one step that is next. */
export const nextStep = ({ status, cancelling, captureWanted }: Order, facts: Facts): Step => {
	if (cancelling !== null) return backward(facts);
	if (status === "pending") return forward(facts);
	if (status === "confirmed" || status === "completed") {
		if (!facts.cartCompleted) return "completeCart";
		return captureWanted === null ? "done" : "capturePayment";
	}
	return "done";
};
