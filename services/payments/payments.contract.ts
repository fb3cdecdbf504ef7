import { Type, type Static } from "@sinclair/typebox";
import { action, event } from "@kernel/contract";
import { Id, Money, Page, PageParams, PositiveMoney, Strict, Timestamp } from "@kernel/schemas";

export const PaymentId = Id("pay");
const OrderId = Id("ord");

/**
 * requested: the provider call is pending. unknown: the provider did not respond in time; the call is repeated with the same idempotency key.
 * requiresAction: the buyer must act at the provider. Calls to void, capture or refund in progress are not statuses: the status is the last
 * confirmed one.
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
		/** Refunds that the provider has made. */
		refunds: Type.Array(Type.Object({ id: Id("ref"), amount: Type.Integer(), reason: Type.String() })),
		/** Reason for a decline: PAYMENT_DECLINED or INSUFFICIENT_FUNDS. */
		declineCode: Type.Optional(Type.String()),
		/** Version of the aggregate; copies of the payment keep the newest. */
		version: Type.Integer(),
	},
	{ title: "Payment" },
);
export type Payment = Static<typeof Payment>;

const ofOnePayment = { returns: Payment, shardBy: "paymentId", idempotent: true, timeoutMs: 8_000 } as const;

/**
 * Payments at a provider: authorize, capture, void and refund. Each provider call has one permanent idempotency key, which is stored before the
 * call. If the provider does not respond, the call is repeated with the same key.
 */
export const Payments = {
	/** Returns the status "unknown" if the provider did not respond in time. A decline is a status, not a rejection. */
	authorize: action("payments.authorize", {
		...ofOnePayment,
		params: Strict({ paymentId: PaymentId, orderId: OrderId, provider: Type.String(), token: Type.String(), amount: Money }),
		errors: ["PROVIDER_NOT_FOUND"],
	}),
	/** Captures the amount, by default all that is authorized. A payment is captured only once; the rest of the authorization is released. */
	capture: action("payments.capture", {
		...ofOnePayment,
		params: Strict({ paymentId: PaymentId, amount: Type.Optional(Type.Integer({ minimum: 0 })) }),
		errors: ["PAYMENT_NOT_FOUND", "ILLEGAL_TRANSITION", "AMOUNT_TOO_LARGE", "PROVIDER_ERROR"],
	}),
	/** Voids the authorization, or prevents one that was not requested yet. Rejects if the payment is captured. */
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
	/** Returns whether the provider and token are valid, so that callers can check before they store anything. */
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
		http: { tag: "staff: payments", summary: "List the ledger of the test provider" },
	}),
};

export const PaymentEvents = {
	/** A payment changed. Consumers look it up and keep the newest version. */
	changed: event("payment.changed", Type.Object({ paymentId: PaymentId, orderId: OrderId, status: Type.String() })),
};
