import { decider, assertNever } from "@kernel/decider";
import { reject } from "@kernel/rejection";
import { isTransitionAllowed, type Transitions } from "@kernel/transitions";

export type PaymentStatus =
	| "new"
	| "requested"
	| "unknown"
	| "requiresAction"
	| "authorized"
	| "declined"
	| "captured"
	| "partiallyRefunded"
	| "refunded"
	| "voided";

type Step = "request" | "authorize" | "decline" | "requireAction" | "lose" | "capture" | "void" | "refundPart" | "refundAll";

const answered = {
	authorize: { to: "authorized", emits: "payment.authorized" },
	decline: { to: "declined", emits: "payment.declined" },
	requireAction: { to: "requiresAction", emits: "payment.actionRequired" },
	void: { to: "voided", emits: "payment.voided" },
} as const;

/** "lose" records an unknown outcome: the provider did not respond in time, so the call is repeated with the same idempotency key. */
export const PAYMENT_TRANSITIONS: Transitions<PaymentStatus, Step> = {
	// A payment may be voided before it is requested. A delayed request then has no effect.
	new: { request: { to: "requested", emits: "payment.requested" }, void: answered.void },
	requested: { ...answered, lose: { to: "unknown", emits: "payment.lost" } },
	unknown: answered,
	requiresAction: { authorize: answered.authorize, decline: answered.decline, void: answered.void },
	authorized: { capture: { to: "captured", emits: "payment.captured" }, void: answered.void },
	declined: {},
	captured: {
		refundPart: { to: "partiallyRefunded", emits: "payment.refunded" },
		refundAll: { to: "refunded", emits: "payment.refunded" },
	},
	partiallyRefunded: {
		refundPart: { to: "partiallyRefunded", emits: "payment.refunded" },
		refundAll: { to: "refunded", emits: "payment.refunded" },
	},
	refunded: {},
	voided: {},
};

interface Refund {
	readonly id: string;
	readonly amount: number;
	readonly reason: string;
	readonly done: boolean;
}

/** Payment of one order at one provider. Amounts are in minor units of `currency`. */
export interface Payment {
	readonly id: string;
	readonly orderId: string;
	readonly provider: string;
	readonly token: string;
	readonly status: PaymentStatus;
	readonly amount: number;
	readonly currency: string;
	readonly captured: number;
	readonly refunds: readonly Refund[];
	readonly nextAction: unknown;
	readonly declineCode: string | null;
	/** Ids of the applied provider messages. */
	readonly webhooks: readonly string[];
	/** Time in epoch ms from which the recovery sweep repeats the open calls; before it, only the calling node does. Null if none is open. */
	readonly dueAt: number | null;
}

/** Result of an authorization at the provider. */
export type Authorization =
	| { readonly status: "authorized" }
	| { readonly status: "declined"; readonly code: string }
	| { readonly status: "requiresAction"; readonly nextAction: unknown };

export type PaymentEvent =
	| {
			readonly type: "payment.requested";
			readonly orderId: string;
			readonly provider: string;
			readonly token: string;
			readonly amount: number;
			readonly currency: string;
			readonly dueAt: number;
	  }
	| { readonly type: "payment.authorized" }
	| { readonly type: "payment.declined"; readonly code: string }
	| { readonly type: "payment.actionRequired"; readonly nextAction: unknown }
	| { readonly type: "payment.lost"; readonly dueAt: number }
	| { readonly type: "payment.captured"; readonly amount: number }
	| { readonly type: "payment.voided" }
	| {
			readonly type: "payment.refundRequested";
			readonly refundId: string;
			readonly amount: number;
			readonly reason: string;
			readonly dueAt: number;
	  }
	| { readonly type: "payment.refundFailed"; readonly refundId: string }
	| { readonly type: "payment.refunded"; readonly refundId: string }
	| { readonly type: "payment.webhookApplied"; readonly webhookId: string }
	/** Published to other services if no caller is waiting for the reply. */
	| { readonly type: "payment.changed"; readonly paymentId: string; readonly orderId: string; readonly status: string };

const nothing: readonly PaymentEvent[] = [];
const happened = (...events: PaymentEvent[]): readonly PaymentEvent[] => events;

export const refunded = ({ refunds }: Payment): number => refunds.reduce((amount, refund) => amount + (refund.done ? refund.amount : 0), 0);
const promised = ({ refunds }: Payment): number => refunds.reduce((amount, refund) => amount + refund.amount, 0);

/** Whether the recovery sweep should repeat the open calls. */
export const isDue = ({ dueAt }: Payment, now: number): boolean => dueAt !== null && now >= dueAt;

const told = ({ id, orderId }: Payment, status: string, tell: boolean): PaymentEvent[] =>
	tell ? [{ type: "payment.changed", paymentId: id, orderId, status }] : [];

const request = (
	command: { orderId: string; provider: string; token: string; amount: number; currency: string; dueAt: number },
	{ status }: Payment,
) => (status === "new" ? happened({ type: "payment.requested", ...command }) : nothing);

/** Applies the provider's response; it has no effect on a payment that is already settled. With `tell`, the change is published. */
const answer = ({ authorization, tell }: { authorization: Authorization; tell: boolean }, state: Payment) => {
	const { status } = authorization;
	const step = status === "authorized" ? "authorize" : status === "declined" ? "decline" : "requireAction";
	if (!isTransitionAllowed(PAYMENT_TRANSITIONS, state.status, step)) return nothing;
	const fact: PaymentEvent =
		status === "authorized"
			? { type: "payment.authorized" }
			: status === "declined"
				? { type: "payment.declined", code: authorization.code }
				: { type: "payment.actionRequired", nextAction: authorization.nextAction };
	return happened(fact, ...told(state, status, tell));
};

const lose = ({ dueAt }: { dueAt: number }, { status }: Payment) =>
	status === "requested" || status === "unknown" ? happened({ type: "payment.lost", dueAt }) : nothing;

const applyWebhook = ({ webhookId, authorization }: { webhookId: string; authorization: Authorization | null }, state: Payment) => {
	if (state.webhooks.includes(webhookId)) return nothing;
	const applied = authorization ? answer({ authorization, tell: true }, state) : nothing;
	return applied.length === 0 ? nothing : happened({ type: "payment.webhookApplied", webhookId }, ...applied);
};

/** Checks whether the payment may be captured, before the provider is called. */
const mayCapture = ({ amount }: { amount: number }, state: Payment) => {
	if (state.status === "captured" && state.captured === amount) return nothing;
	if (state.status !== "authorized") return reject("ILLEGAL_TRANSITION");
	return amount > state.amount ? reject("AMOUNT_TOO_LARGE", { left: state.amount }) : nothing;
};

const capture = ({ amount }: { amount: number }, state: Payment) =>
	state.status === "authorized" ? happened({ type: "payment.captured", amount }) : nothing;

const mayVoid = (_: object, { status }: Payment) =>
	status === "captured" || status === "partiallyRefunded" || status === "refunded" ? reject("ILLEGAL_TRANSITION") : nothing;

const doVoid = (_: object, { status }: Payment) =>
	isTransitionAllowed(PAYMENT_TRANSITIONS, status, "void") ? happened({ type: "payment.voided" }) : nothing;

/** Reserves the amount before the provider is called, so that the same money is never refunded twice. */
const requestRefund = (
	{ refundId, amount, currency, reason, dueAt }: { refundId: string; amount: number; currency: string; reason: string; dueAt: number },
	state: Payment,
) => {
	if (state.refunds.some(({ id }) => id === refundId)) return nothing;
	if (state.captured === 0) return reject("ILLEGAL_TRANSITION");
	if (currency !== state.currency) return reject("CURRENCY_MISMATCH");
	const left = state.captured - promised(state);
	return amount > left
		? reject("AMOUNT_TOO_LARGE", { left })
		: happened({ type: "payment.refundRequested", refundId, amount, reason, dueAt });
};

const open = ({ refunds }: Payment, refundId: string) => refunds.some(({ id, done }) => id === refundId && !done);

const refund = ({ refundId, tell }: { refundId: string; tell: boolean }, state: Payment) =>
	open(state, refundId) ? happened({ type: "payment.refunded", refundId }, ...told(state, "refunded", tell)) : nothing;

const failRefund = ({ refundId }: { refundId: string }, state: Payment) =>
	open(state, refundId) ? happened({ type: "payment.refundFailed", refundId }) : nothing;

const withRefunds = (state: Payment, refunds: readonly Refund[]): Payment => {
	const after = { ...state, refunds };
	const back = refunded(after);
	const status = back === 0 ? state.status : back === state.captured ? "refunded" : "partiallyRefunded";
	return { ...after, status, dueAt: refunds.every(({ done }) => done) ? null : state.dueAt };
};

const evolve = (state: Payment, event: PaymentEvent): Payment => {
	switch (event.type) {
		case "payment.requested": {
			const { type: _, ...requested } = event;
			return { ...state, ...requested, status: "requested" };
		}
		case "payment.authorized":
			return { ...state, status: "authorized", nextAction: null, dueAt: null };
		case "payment.declined":
			return { ...state, status: "declined", declineCode: event.code, nextAction: null, dueAt: null };
		case "payment.actionRequired":
			return { ...state, status: "requiresAction", nextAction: event.nextAction, dueAt: null };
		case "payment.lost":
			return { ...state, status: "unknown", dueAt: event.dueAt };
		case "payment.captured":
			return { ...state, status: "captured", captured: event.amount };
		case "payment.voided":
			return { ...state, status: "voided", nextAction: null, dueAt: null };
		case "payment.refundRequested":
			return {
				...state,
				refunds: [...state.refunds, { id: event.refundId, amount: event.amount, reason: event.reason, done: false }],
				dueAt: event.dueAt,
			};
		case "payment.refundFailed":
			return withRefunds(
				state,
				state.refunds.filter(({ id }) => id !== event.refundId),
			);
		case "payment.refunded":
			return withRefunds(
				state,
				state.refunds.map((entry) => (entry.id === event.refundId ? { ...entry, done: true } : entry)),
			);
		case "payment.webhookApplied":
			return { ...state, webhooks: [...state.webhooks, event.webhookId] };
		case "payment.changed":
			return state;
		default:
			return assertNever(event);
	}
};

export const payment = decider<Payment, PaymentEvent>()({
	initial: (id) => ({
		id,
		orderId: "",
		provider: "",
		token: "",
		status: "new",
		amount: 0,
		currency: "",
		captured: 0,
		refunds: [],
		nextAction: null,
		declineCode: null,
		webhooks: [],
		dueAt: null,
	}),
	commands: { request, answer, lose, applyWebhook, mayCapture, capture, mayVoid, void: doVoid, requestRefund, refund, failRefund },
	evolve,
});
