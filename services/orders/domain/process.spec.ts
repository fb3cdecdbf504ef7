import type { Order, PaymentMirror } from "./model";
import { order } from "./order";
import { NO_FACTS, nextStep, type Facts } from "./process";

const payment = (status: PaymentMirror["status"]): PaymentMirror => ({
	id: "pay_1",
	provider: "test",
	status,
	amount: 1,
	captured: 0,
	refunded: 0,
	refunds: [],
	nextAction: null,
	declineCode: null,
	version: 1,
});
const standing = (more: Partial<Order>): Order => ({ ...order.initial("ord_1"), status: "pending", ...more });
const knowing = (more: Partial<Facts>): Facts => ({ ...NO_FACTS, ...more });

test.each([
	["nothing is known yet", {}, {}, "reserveStock"],
	["the stock is held", {}, { reserved: true }, "authorizePayment"],
	["the money is held too", {}, { reserved: true, payment: payment("authorized") }, "allocateStock"],
	["the stock is sold", {}, { reserved: true, payment: payment("authorized"), allocated: true }, "confirmOrder"],
	["the provider has not answered", {}, { reserved: true, payment: payment("unknown") }, "wait"],
	["the buyer has to act", {}, { reserved: true, payment: payment("requiresAction") }, "wait"],
	["the payment is declined", {}, { reserved: true, payment: payment("declined") }, "giveUp"],
	["it stands", { status: "confirmed", captureWanted: 1 }, {}, "completeCart"],
	["the cart is done", { status: "confirmed", captureWanted: 1 }, { cartCompleted: true }, "capturePayment"],
	["the money is taken", { status: "confirmed" }, { cartCompleted: true }, "done"],
	["it is being undone", { cancelling: "mistake" }, {}, "undoPayment"],
	["the money went back", { cancelling: "mistake" }, { paymentUndone: true }, "releaseStock"],
	["the stock went back", { cancelling: "mistake" }, { paymentUndone: true, released: true }, "reopenCart"],
	["the cart is free", { cancelling: "mistake" }, { paymentUndone: true, released: true, cartReopened: true }, "cancelOrder"],
	["it is cancelled", { status: "cancelled" }, {}, "done"],
] as const)("%s", (_, state, facts, step) => {
	expect(nextStep(standing(state), knowing(facts))).toBe(step);
});

test("an order that is undone goes back only, whatever was found out on the way forward", () => {
	const facts = knowing({ reserved: true, payment: payment("authorized"), allocated: true });
	expect(nextStep(standing({ cancelling: "mistake" }), facts)).toBe("undoPayment");
});
