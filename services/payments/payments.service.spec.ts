import { call, tryCall, type ActionContract, type Caller, type ParamsOf } from "@kernel/contract";
import { isRejection } from "@kernel/rejection";
import type { RequestMeta } from "@mixins/service/request";
import { eventually, world, type World } from "@tests/support/world";
import { PaymentEvents, Payments } from "./payments.contract";
import { payments } from "./payments.service";
import { sign } from "./providers/test-provider";

const SECRET = "test-webhook-secret";
const ID = "pay_1";
const EUR = "EUR";
const euros = (amount: number) => ({ amount, currency: EUR });

describe("the payments service", () => {
	let shop: World;
	let changes: unknown[];
	let now: number;

	const start = async (folder?: string) => {
		shop = await world([payments], {
			...{ events: [PaymentEvents.changed], clock: () => now, env: { TEST_WEBHOOK_SECRET: SECRET } },
			...(folder !== undefined && { folder }),
		});
		await shop.runtime.bus.subscribe({
			...{ name: "test.onPayment", event: PaymentEvents.changed },
			handle: ({ data }) => {
				changes.push(data);
				return Promise.resolve();
			},
		});
	};
	const caller = (meta: RequestMeta = {}): Caller => ({ call: (name, params) => shop.broker.call(name, params, { meta }) });
	const ask = <Action extends ActionContract>(action: Action, params: ParamsOf<Action>, meta?: RequestMeta) =>
		call(caller(meta), action, params);
	const refusal = async <Action extends ActionContract>(action: Action, params: ParamsOf<Action>, meta?: RequestMeta) => {
		const answer = await tryCall(caller(meta), action, params);
		return isRejection(answer) ? answer.rejected : undefined;
	};
	const authorize = (token = "tok_ok", paymentId = ID) =>
		ask(Payments.authorize, { paymentId, orderId: "ord_1", provider: "test", token, amount: euros(1_000) });
	const lookup = () => ask(Payments.lookup, { paymentId: ID });
	const refund = { paymentId: ID, refundId: "ref_1", amount: euros(400), reason: "broken" };
	/** Reads the provider's ledger: kind, key and amount of each entry. */
	const ledger = async () => {
		const principal = { kind: "user", id: "usr_1", role: "admin" } as const;
		const { items } = await ask(Payments.ledger, {}, { principal });
		return items.map(({ kind, key, amount }) => [kind, key, amount.amount]);
	};
	const message = (type: string, id = "msg_1", paymentId = ID) => JSON.stringify({ id, type, data: { paymentId } });
	const deliver = (body: string, signature = sign(SECRET, body, now), provider = "test") => {
		const raw = { body, headers: { "test-signature": signature } };
		return tryCall(caller({ raw }), Payments.webhook, { provider });
	};

	beforeEach(async () => {
		[now, changes] = [Date.parse("2026-01-01T00:00:00Z"), []];
		await start();
	});
	afterEach(() => shop.stop());

	test("authorizes, captures and refunds, and the provider does each once however often it is asked", async () => {
		for (const twice of [1, 2])
			expect([twice, await authorize()]).toMatchObject([twice, { status: "authorized", amount: euros(1_000) }]);
		for (const twice of [1, 2]) {
			const captured = await ask(Payments.capture, { paymentId: ID });
			expect([twice, captured]).toMatchObject([twice, { status: "captured", capturedAmount: euros(1_000) }]);
		}
		for (const twice of [1, 2]) {
			const refunded = await ask(Payments.refund, refund);
			expect([twice, refunded]).toMatchObject([twice, { status: "partiallyRefunded", refundedAmount: euros(400) }]);
		}
		expect(await ledger()).toEqual([
			["authorize", "pay_1:authorize", 1_000],
			["capture", "pay_1:capture", 1_000],
			["refund", "pay_1:refund:ref_1", 400],
		]);
	});

	test.each([
		["tok_declined", "PAYMENT_DECLINED"],
		["tok_insufficient_funds", "INSUFFICIENT_FUNDS"],
	])("%s is declined with %s, and nothing is left to void", async (token, declineCode) => {
		expect(await authorize(token)).toMatchObject({ status: "declined", declineCode });
		expect(await ask(Payments.void, { paymentId: ID })).toMatchObject({ status: "declined" });
		expect(await ledger()).toEqual([]);
	});

	test("an authorization is voided once, and cannot be captured then", async () => {
		await authorize();
		for (const twice of [1, 2]) expect([twice, (await ask(Payments.void, { paymentId: ID })).status]).toEqual([twice, "voided"]);
		expect(await refusal(Payments.capture, { paymentId: ID })).toBe("ILLEGAL_TRANSITION");
		expect((await ledger()).map(([kind]) => kind)).toEqual(["authorize", "void"]);
	});

	test("a void before the authorization keeps the provider from being asked", async () => {
		expect(await ask(Payments.void, { paymentId: ID })).toMatchObject({ status: "voided" });
		expect(await authorize()).toMatchObject({ status: "voided" });
		expect(await ledger()).toEqual([]);
	});

	test.each([
		["to capture more than is authorized", Payments.capture, { paymentId: ID, amount: 1_001 }, "AMOUNT_TOO_LARGE"],
		["to refund what is not captured", Payments.refund, refund, "ILLEGAL_TRANSITION"],
	] as const)("refuses %s, without asking the provider", async (_, action, params, code) => {
		await authorize();
		expect(await refusal(action as ActionContract, params)).toBe(code);
		expect(await ledger()).toHaveLength(1);
	});

	test("of a payment that is captured, refuses a void, a refund of more than is left, and another currency", async () => {
		await authorize();
		await ask(Payments.capture, { paymentId: ID });
		expect(await refusal(Payments.void, { paymentId: ID })).toBe("ILLEGAL_TRANSITION");
		expect(await refusal(Payments.refund, { ...refund, amount: euros(1_001) })).toBe("AMOUNT_TOO_LARGE");
		expect(await refusal(Payments.refund, { ...refund, amount: { amount: 1, currency: "USD" } })).toBe("CURRENCY_MISMATCH");
		expect((await ledger()).map(([kind]) => kind)).toEqual(["authorize", "capture"]);
	});

	test("a capture or refund that the provider refuses changes nothing", async () => {
		await authorize("tok_capture_fails");
		expect(await refusal(Payments.capture, { paymentId: ID })).toBe("PROVIDER_ERROR");
		expect(await lookup()).toMatchObject({ status: "authorized", capturedAmount: euros(0) });

		await authorize("tok_refund_fails", "pay_2");
		await ask(Payments.capture, { paymentId: "pay_2" });
		const refused = { ...refund, paymentId: "pay_2" };
		expect(await refusal(Payments.refund, refused)).toBe("PROVIDER_ERROR");
		expect(await ask(Payments.lookup, { paymentId: "pay_2" })).toMatchObject({ status: "captured", refundedAmount: euros(0) });
	});

	test("knows its providers and their tokens", async () => {
		expect(await ask(Payments.accepts, { provider: "test", token: "tok_ok" })).toEqual({ provider: true, token: true });
		expect(await ask(Payments.accepts, { provider: "test", token: "tok_unknown" })).toEqual({ provider: true, token: false });
		expect(await ask(Payments.accepts, { provider: "none", token: "tok_ok" })).toEqual({ provider: false, token: false });
		const elsewhere = { paymentId: ID, orderId: "ord_1", provider: "none", token: "tok_ok", amount: euros(1) };
		expect(await refusal(Payments.authorize, elsewhere)).toBe("PROVIDER_NOT_FOUND");
	});

	test("an unknown payment is not found", async () => {
		for (const action of [Payments.lookup, Payments.capture])
			expect(await refusal(action, { paymentId: "pay_none" })).toBe("PAYMENT_NOT_FOUND");
		expect(await refusal(Payments.refund, { ...refund, paymentId: "pay_none" })).toBe("PAYMENT_NOT_FOUND");
	});

	test("an authorization whose answer came too late is asked for again by the sweep, which publishes the outcome", async () => {
		expect(await authorize("tok_timeout")).toMatchObject({ status: "unknown" });
		now += 2_001;
		await eventually(async () => (await lookup()).status === "authorized", "the authorization");
		await eventually(() => changes.length > 0, "the event");
		expect(changes).toEqual([{ paymentId: ID, orderId: "ord_1", status: "authorized" }]);
		expect(await ledger()).toEqual([["authorize", "pay_1:authorize", 1_000]]);
	});

	test("payments survive a restart", async () => {
		await authorize();
		const { folder } = shop;
		await shop.pause();
		await start(folder);
		expect(await ask(Payments.capture, { paymentId: ID })).toMatchObject({ status: "captured" });
	});

	describe("a webhook", () => {
		beforeEach(async () => {
			expect(await authorize("tok_requires_action")).toMatchObject({ status: "requiresAction" });
		});

		test("applies an authorization once and publishes it", async () => {
			expect(await deliver(message("payment.authorized"))).toEqual({ status: "applied" });
			expect(await deliver(message("payment.authorized"))).toEqual({ status: "ignored" });
			expect(await lookup()).toMatchObject({ status: "authorized" });
			await eventually(() => changes.length > 0, "the event");
			expect(changes).toEqual([{ paymentId: ID, orderId: "ord_1", status: "authorized" }]);
		});

		test("for a payment that was voided meanwhile is ignored", async () => {
			await ask(Payments.void, { paymentId: ID });
			expect(await deliver(message("payment.authorized"))).toEqual({ status: "ignored" });
			expect(await lookup()).toMatchObject({ status: "voided" });
		});

		test.each([
			[
				"signed with another secret",
				() => deliver(message("payment.authorized"), sign("other", message("payment.authorized"), now)),
				"INVALID_SIGNATURE",
			],
			[
				"signed long ago",
				() => deliver(message("payment.authorized"), sign(SECRET, message("payment.authorized"), now - 301_000)),
				"INVALID_SIGNATURE",
			],
			["without a signature", () => deliver(message("payment.authorized"), ""), "INVALID_SIGNATURE"],
			["of another provider", () => deliver(message("payment.authorized"), "", "none"), "PROVIDER_NOT_FOUND"],
			["of an unknown payment", () => deliver(message("payment.authorized", "msg_2", "pay_none")), "PAYMENT_NOT_FOUND"],
			["of an unknown type", () => deliver(message("payment.exploded")), "VALIDATION_FAILED"],
			["that is not JSON", () => deliver("{"), "VALIDATION_FAILED"],
		])("%s is refused and changes nothing", async (_, send, code) => {
			expect(await send()).toMatchObject({ rejected: code });
			expect(await lookup()).toMatchObject({ status: "requiresAction" });
		});
	});
});
