import fc from "fast-check";
import { isRejection } from "@kernel/rejection";
import { transitionTableErrors } from "@kernel/transitions";
import { payment, PAYMENT_TRANSITIONS, refunded, type PaymentEvent } from "./payment";

const {
	request,
	answer,
	lose,
	applyWebhook,
	mayCapture,
	capture,
	mayVoid,
	void: doVoid,
	requestRefund,
	refund,
	failRefund,
} = payment.commands;
const given = (...past: PaymentEvent[]) => past.reduce(payment.evolve, payment.initial("pay_1"));

const command = { orderId: "ord_1", provider: "test", token: "tok_ok", amount: 1_000, currency: "EUR", dueAt: 5 };
const requested: PaymentEvent = { type: "payment.requested", ...command };
const authorized: PaymentEvent = { type: "payment.authorized" };
const captured: PaymentEvent = { type: "payment.captured", amount: 1_000 };
const authorize = { authorization: { status: "authorized" } as const, tell: false };
const refundOf = (amount: number, refundId = "ref_1") => ({ refundId, amount, currency: "EUR", reason: "broken", dueAt: 9 });

test("all states are reachable and lead to a final state", () => {
	expect(transitionTableErrors(PAYMENT_TRANSITIONS, "new")).toEqual([]);
});

test("is requested once, with the time of the next attempt", () => {
	expect(request(command, given())).toEqual([requested]);
	expect(request(command, given(requested))).toEqual([]);
	expect(given(requested).dueAt).toBe(5);
});

test("the provider's response is recorded once", () => {
	expect(answer(authorize, given(requested))).toEqual([authorized]);
	expect(answer(authorize, given(requested, authorized))).toEqual([]);
});

test("an authorization after a void or decline changes nothing", () => {
	expect(answer(authorize, given(requested, { type: "payment.voided" }))).toEqual([]);
	expect(answer(authorize, given(requested, { type: "payment.declined", code: "PAYMENT_DECLINED" }))).toEqual([]);
});

test("a request after the void of an unrequested payment changes nothing", () => {
	const [voided] = doVoid({}, given());
	expect(request(command, given(voided!))).toEqual([]);
});

test("without a response in time the status is unknown and the call is repeated later", () => {
	expect(lose({ dueAt: 7 }, given(requested))).toEqual([{ type: "payment.lost", dueAt: 7 }]);
	expect(given(requested, { type: "payment.lost", dueAt: 7 })).toMatchObject({ status: "unknown", dueAt: 7 });
	expect(lose({ dueAt: 7 }, given(requested, authorized))).toEqual([]);
});

describe("a webhook", () => {
	const waiting = given(requested, { type: "payment.actionRequired", nextAction: {} });
	const message = { webhookId: "evt_1", authorization: { status: "authorized" } as const };
	test("settles a pending payment and publishes the change", () => {
		expect(applyWebhook(message, waiting)).toEqual([
			{ type: "payment.webhookApplied", webhookId: "evt_1" },
			authorized,
			{ type: "payment.changed", paymentId: "pay_1", orderId: "ord_1", status: "authorized" },
		]);
	});
	test("has no effect if it is repeated or late", () => {
		const after = (applyWebhook(message, waiting) as PaymentEvent[]).reduce(payment.evolve, waiting);
		expect(applyWebhook(message, after)).toEqual([]);
		expect(applyWebhook({ ...message, webhookId: "evt_2" }, after)).toEqual([]);
	});
});

describe("capture", () => {
	test("is made once and at most for the authorized amount", () => {
		expect(mayCapture({ amount: 1_001 }, given(requested, authorized))).toMatchObject({ rejected: "AMOUNT_TOO_LARGE" });
		expect(capture({ amount: 1_000 }, given(requested, authorized))).toEqual([captured]);
		expect(capture({ amount: 1_000 }, given(requested, authorized, captured))).toEqual([]);
		expect(mayCapture({ amount: 500 }, given(requested, authorized, captured))).toMatchObject({ rejected: "ILLEGAL_TRANSITION" });
	});
	test("rules out a void afterwards", () => {
		expect(mayVoid({}, given(requested, authorized, captured))).toMatchObject({ rejected: "ILLEGAL_TRANSITION" });
		expect(doVoid({}, given(requested, authorized, captured))).toEqual([]);
	});
});

describe("refund", () => {
	const paid = given(requested, authorized, captured);
	test("reserves the amount first, so that it is refunded once", () => {
		const events = requestRefund(refundOf(600), paid) as PaymentEvent[];
		const state = events.reduce(payment.evolve, given(requested, authorized, captured));
		expect(requestRefund(refundOf(600), state)).toEqual([]);
		expect(requestRefund(refundOf(401, "ref_2"), state)).toEqual({ rejected: "AMOUNT_TOO_LARGE", detail: { left: 400 } });
		expect(failRefund({ refundId: "ref_1" }, state)).toEqual([{ type: "payment.refundFailed", refundId: "ref_1" }]);
		expect(refund({ refundId: "ref_1", tell: false }, state)).toEqual([{ type: "payment.refunded", refundId: "ref_1" }]);
	});
	test("is rejected before the capture and in another currency", () => {
		expect(requestRefund(refundOf(1), given(requested, authorized))).toMatchObject({ rejected: "ILLEGAL_TRANSITION" });
		expect(requestRefund({ ...refundOf(1), currency: "USD" }, paid)).toMatchObject({ rejected: "CURRENCY_MISMATCH" });
	});
});

test("any sequence keeps refunded <= captured <= amount (I3), and a replay gives the same state", () => {
	const refundId = fc.constantFrom("ref_1", "ref_2", "ref_3");
	const step = fc.oneof(
		fc.constant(["request", command] as const),
		fc.constant(["answer", authorize] as const),
		fc.constant(["lose", { dueAt: 1 }] as const),
		fc.constant(["void", {}] as const),
		fc.nat({ max: 1_000 }).map((amount) => ["capture", { amount: amount + 1 }] as const),
		fc.tuple(refundId, fc.integer({ min: 1, max: 700 })).map(([id, amount]) => ["requestRefund", refundOf(amount, id)] as const),
		refundId.map((id) => ["refund", { refundId: id, tell: true }] as const),
		refundId.map((id) => ["failRefund", { refundId: id }] as const),
	);
	fc.assert(
		fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
			const events: PaymentEvent[] = [];
			let state = payment.initial("pay_1");
			for (const [name, args] of steps) {
				if (name === "capture" && isRejection(mayCapture(args, state))) continue;
				const outcome = payment.commands[name](args as never, state) as readonly PaymentEvent[];
				if (isRejection(outcome)) continue;
				events.push(...outcome);
				state = outcome.reduce(payment.evolve, state);
				expect(refunded(state)).toBeLessThanOrEqual(state.captured);
				expect(state.captured).toBeLessThanOrEqual(state.amount);
			}
			expect(events.reduce(payment.evolve, payment.initial("pay_1"))).toEqual(state);
		}),
	);
});
