import { finding, isStanding, type Check } from "./check-input";
import type { Finding } from "../history";

const TAKEN = new Set(["captured", "partiallyRefunded", "refunded"]);

/** After the faults no payment has an unsettled state. */
export const paymentsSettled: Check = ({ snapshot }) => [
	...snapshot.payments.flatMap(({ id, state }): Finding[] => [
		...(state.status === "requested" || state.status === "unknown" ? [finding("I4 money", id, `is still ${state.status}`)] : []),
		...state.refunds.filter(({ done }) => !done).map((refund) => finding("I4 money", id, `refund ${refund.id} is still open`)),
	]),
	...snapshot.orders
		.filter(isStanding)
		.filter(({ state }) => !TAKEN.has(state.payment?.status ?? "none"))
		.map(({ id, state }) => finding("I4 money", id, `is confirmed, but its payment is ${state.payment?.status ?? "none"}`)),
];

/** Every amount captured by the provider belongs to a stored order. */
export const paymentsBelongToOrders: Check = ({ snapshot }) => {
	const known = new Map(snapshot.orders.map(({ id, state }) => [id, state.paymentId]));
	return snapshot.accounts.flatMap(({ id, state }) =>
		state.entries
			.filter((entry) => known.get(entry.orderId) !== id)
			.map((entry) => finding("I5 money", id, `${entry.kind} for ${entry.orderId}, which does not know it`)),
	);
};
