import { Type, type Static } from "@sinclair/typebox";
import { action, event } from "@kernel/contract";
import { Id, Money, Page, PageParams, PositiveMoney, Strict, Timestamp } from "@kernel/schemas";

export const PaymentId = Id("pay");
const OrderId = Id("ord");

/**
 * requested: about to be asked, or asked and no answer yet; unknown: the provider did not answer in time, and is asked again under the same key;
 * requiresAction: waits for the buyer at the provider; voiding, capturing and refunding are no states: the money is where it last surely was.
 */
export const PaymentStatus = Type.Union([
	Type.Literal("requested"),
	Type.Literal("unknown"),
	Type.Literal("requiresAction"),
	Type.Literal("authorized"),
	Type.Literal("declined"),
	Type.Literal("captured"),
	Type.Literal("partiallyRefunded"),
	Type.Literal("refunded"),
	Type.Literal("voided"),
]);

export const Payment = Type.Object(
	{
		id: PaymentId,
		orderId: OrderId,
		provider: Type.String(),
		status: PaymentStatus,
		amount: Money,
		capturedAmount: Money,
		refundedAmount: Money,
		nextAction: Type.Optional(Type.Unknown()),
		/** Those that the provider has made. */
		refunds: Type.Array(Type.Object({ id: Id("ref"), amount: Type.Integer(), reason: Type.String() })),
		/** Why it was declined: PAYMENT_DECLINED or INSUFFICIENT_FUNDS. */
		declineCode: Type.Optional(Type.String()),
		/** Of the aggregate: who mirrors it takes the newest. */
		version: Type.Integer(),
	},
	{ title: "Payment" },
);
export type Payment = Static<typeof Payment>;

const ofOnePayment = { returns: Payment, shardBy: "paymentId", idempotent: true, timeoutMs: 8_000 } as const;

/**
 * Money at a provider, by the words authorize, capture, void and refund. Each provider call has one idempotency key for ever, written down before
 * it is made: a provider that does not respond is asked again with the same.
 */
export const Payments = {
	/** Answers "unknown" where the provider did not answer in time; declined is no refusal but a status. */
	authorize: action("payments.authorize", {
		...ofOnePayment,
		params: Strict({ paymentId: PaymentId, orderId: OrderId, provider: Type.String(), token: Type.String(), amount: Money }),
		errors: ["PROVIDER_NOT_FOUND"],
	}),
	/** No amount: all that is authorized. Once for ever: what is not captured then is let go. */
	capture: action("payments.capture", {
		...ofOnePayment,
		params: Strict({ paymentId: PaymentId, amount: Type.Optional(Type.Integer({ minimum: 0 })) }),
		errors: ["PAYMENT_NOT_FOUND", "ILLEGAL_TRANSITION", "AMOUNT_TOO_LARGE", "PROVIDER_ERROR"],
	}),
	/** Makes sure that no money is taken: an authorization is voided, one not yet asked for never will be. Refuses where money is captured. */
	void: action("payments.void", {
		...ofOnePayment,
		params: Strict({ paymentId: PaymentId }),
		errors: ["ILLEGAL_TRANSITION", "PROVIDER_ERROR"],
	}),
	refund: action("payments.refund", {
		...ofOnePayment,
		params: Strict({ paymentId: PaymentId, refundId: Id("ref"), amount: PositiveMoney, reason: Type.String({ maxLength: 500 }) }),
		errors: ["PAYMENT_NOT_FOUND", "ILLEGAL_TRANSITION", "AMOUNT_TOO_LARGE", "CURRENCY_MISMATCH", "PROVIDER_ERROR"],
	}),
	lookup: action("payments.lookup", { ...ofOnePayment, params: Strict({ paymentId: PaymentId }), errors: ["PAYMENT_NOT_FOUND"] }),
	/** Whether a provider and token can be used at all: asked before anything is written. */
	accepts: action("payments.accepts", {
		params: Strict({ provider: Type.String(), token: Type.String() }),
		returns: Type.Object({ provider: Type.Boolean(), token: Type.Boolean() }),
		idempotent: true,
	}),

	webhook: action("payments.webhook", {
		params: Strict({ provider: Type.String({ maxLength: 64 }) }),
		returns: Type.Object({ status: Type.String() }),
		errors: ["PROVIDER_NOT_FOUND", "INVALID_SIGNATURE", "PAYMENT_NOT_FOUND", "VALIDATION_FAILED", "INVALID_JSON"],
		permission: "public",
		rest: "POST /v1/payments/webhooks/{provider}",
		priority: "vital",
		http: { summary: "Payment provider webhook", body: "raw" },
	}),
	ledger: action("payments.ledger", {
		params: Strict({ ...PageParams, orderId: Type.Optional(Type.String({ maxLength: 128 })) }),
		returns: Page(
			Type.Object({
				id: Type.String(),
				orderId: Type.String(),
				paymentId: Type.String(),
				key: Type.String(),
				kind: Type.Union([Type.Literal("authorize"), Type.Literal("capture"), Type.Literal("void"), Type.Literal("refund")]),
				amount: Money,
				at: Timestamp,
			}),
		),
		errors: ["VALIDATION_FAILED"],
		permission: "payments:read",
		idempotent: true,
		rest: "GET /v1/admin/payments/test/ledger",
		http: { tag: "staff: payments", summary: "Ledger of the test provider" },
	}),
};

export const PaymentEvents = {
	/** Anything about the money changed; who needs to know looks it up, and takes the newest version. */
	changed: event("payment.changed", Type.Object({ paymentId: PaymentId, orderId: OrderId, status: Type.String() })),
};
