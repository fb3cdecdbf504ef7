import fc from "fast-check";
import type { Order, PaymentSnapshot } from "./model";
import { order } from "./order";
import { NO_PROGRESS, nextSteps, reasonToGiveUp, type ProcessProgress, type Step } from "./checkout-process";

const payment = (status: PaymentSnapshot["status"]): PaymentSnapshot => ({
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
const knowing = (more: Partial<ProcessProgress>): ProcessProgress => ({ ...NO_PROGRESS, ...more });
const held = { reservation: "held" } as const;
const undone = payment("voided");

test.each<[string, Partial<Order>, Partial<ProcessProgress>, Step[]]>([
	["it is not written yet", { status: "new" }, {}, ["placeOrder", "reserveStock"]],
	["nothing is known yet", {}, {}, ["reserveStock"]],
	["the stock does not suffice", {}, { reservation: "short" }, ["giveUp"]],
	["the stock is held", {}, held, ["authorizePayment"]],
	["the money is held too", {}, { ...held, payment: payment("authorized") }, ["allocateStock", "confirmOrder"]],
	["the stock is sold", {}, { ...held, payment: payment("authorized"), allocated: true }, ["confirmOrder"]],
	["the provider has not answered", {}, { ...held, payment: payment("unknown") }, ["wait"]],
	["the buyer has to act", {}, { ...held, payment: payment("requiresAction") }, ["wait"]],
	["the payment is declined", {}, { ...held, payment: payment("declined") }, ["giveUp"]],
	["it stands, and another run has made the rest or died", { status: "confirmed", captureWanted: 1 }, {}, ["allocateStock"]],
	["it stands", { status: "confirmed", captureWanted: 1 }, { allocated: true }, ["completeCart", "capturePayment"]],
	["it stands, and the money is taken by hand", { status: "confirmed" }, { allocated: true }, ["completeCart"]],
	["the cart is done", { status: "confirmed", captureWanted: 1 }, { allocated: true, cartCompleted: true }, ["capturePayment"]],
	["the money is taken", { status: "confirmed" }, { allocated: true, cartCompleted: true }, []],
	["it is being undone before it stood", { cancelling: "mistake" }, {}, ["undoPayment", "releaseStock"]],
	["only the stock went back", { cancelling: "mistake" }, { released: true }, ["undoPayment"]],
	["only the money went back", { cancelling: "mistake" }, { undone }, ["releaseStock"]],
	["it is being undone though it stood", { status: "confirmed", cancelling: "mistake" }, {}, ["undoPayment"]],
	["the money of one that stood went back", { status: "confirmed", cancelling: "mistake" }, { undone }, ["releaseStock"]],
	["the stock went back", { cancelling: "mistake" }, { undone, released: true }, ["reopenCart"]],
	["the cart is free", { cancelling: "mistake" }, { undone, released: true, cartReopened: true }, ["cancelOrder"]],
	["it is cancelled by this run", { status: "cancelled" }, { undone, released: true, cartReopened: true }, []],
	["it was cancelled before, and its request is repeated", { status: "cancelled" }, held, ["releaseStock"]],
	["the same, and the stock went back", { status: "cancelled" }, { ...held, released: true }, ["reopenCart"]],
])("%s", (_, state, facts, steps) => {
	expect(nextSteps(standing(state), knowing(facts))).toEqual(steps);
});

test("the order is given up if stock or payment is missing", () => {
	expect(reasonToGiveUp(knowing({ reservation: "short" }))).toBe("outOfStock");
	expect(reasonToGiveUp(knowing({ ...held, payment: payment("declined") }))).toBe("paymentDeclined");
});

describe("in every combination of order and progress", () => {
	const WRITERS: readonly Step[] = ["placeOrder", "confirmOrder", "capturePayment", "giveUp", "undoPayment", "cancelOrder", "wait"];
	const statuses = ["requested", "unknown", "requiresAction", "authorized", "declined", "captured", "refunded", "voided"] as const;
	const anyPayment = fc.option(fc.constantFrom(...statuses).map(payment));
	const anyOrder = fc.record({
		status: fc.constantFrom("new", "pending", "confirmed", "completed", "cancelled"),
		cancelling: fc.option(fc.constant("mistake")),
		captureWanted: fc.option(fc.constant(1)),
	});
	const anyFacts = fc.record({
		reservation: fc.constantFrom(null, "held", "short"),
		payment: anyPayment,
		allocated: fc.boolean(),
		cartCompleted: fc.boolean(),
		undone: anyPayment,
		released: fc.boolean(),
		cartReopened: fc.boolean(),
	}) as fc.Arbitrary<ProcessProgress>;
	const always = (holds: (steps: readonly Step[], state: Order, facts: ProcessProgress) => void): void => {
		fc.assert(
			fc.property(anyOrder, anyFacts, (state, facts) => {
				holds(nextSteps(standing(state), facts), standing(state), facts);
			}),
		);
	};

	test("at most one step of a round writes to the order", () => {
		always((steps) => {
			expect(steps.filter((step) => WRITERS.includes(step)).length).toBeLessThanOrEqual(1);
		});
	});

	test("payment is authorized only after the order is placed and its stock reserved", () => {
		always((steps, { status }, { reservation }) => {
			if (steps.includes("authorizePayment")) expect([steps.length, status, reservation]).toEqual([1, "pending", "held"]);
		});
	});

	test("the cart is completed only after the order is confirmed and allocated", () => {
		always((steps, { status, cancelling }, { allocated }) => {
			if (steps.includes("completeCart")) expect([status === "pending", cancelling, allocated]).toEqual([false, null, true]);
		});
	});

	test("an order that is being cancelled runs compensations only", () => {
		always((steps, { cancelling }) => {
			if (cancelling === null) return;
			for (const step of steps) expect(["undoPayment", "releaseStock", "reopenCart", "cancelOrder"]).toContain(step);
		});
	});
});
