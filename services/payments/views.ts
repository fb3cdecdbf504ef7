import { money } from "@kernel/money";
import { refunded, type Payment as State } from "./domain/payment";
import type { Payment } from "./payments.contract";

/** A payment as shown to other services. */
export const paymentView = (state: State, version: number): Payment => ({
	id: state.id,
	orderId: state.orderId,
	provider: state.provider,
	status: state.status === "new" ? "requested" : state.status,
	amount: money(state.amount, state.currency),
	capturedAmount: money(state.captured, state.currency),
	refundedAmount: money(refunded(state), state.currency),
	refunds: state.refunds.filter(({ done }) => done).map(({ id, amount, reason }) => ({ id, amount, reason })),
	...(state.nextAction !== null && { nextAction: state.nextAction }),
	...(state.declineCode !== null && { declineCode: state.declineCode }),
	version,
});
