import { isRejection, reject } from "@kernel/rejection";
import { serviceError } from "@mixins/errors/service-errors";
import type { Handlers } from "@mixins/service/define-service";
import { answered, ASK_LEASE_MS, authorize, providerCall, refund } from "./provider-calls";
import { providerOf, seen, stored, type PaymentsContext } from "./context";
import type { Payments } from "./payments.contract";
import { paymentView } from "./views";

/** Actions called by the order process. */
export const paymentActions = (context: PaymentsContext) => {
	const { actors, providers, clock } = context;
	const current = async (paymentId: string) => (await actors.read(paymentId, paymentView)) ?? reject("PAYMENT_NOT_FOUND");

	return {
		accepts: ({ provider, token }) =>
			Promise.resolve({ provider: providers.has(provider), token: providers.get(provider)?.acceptsToken(token) ?? false }),

		authorize: async ({ paymentId, amount, ...rest }, { cause }) => {
			if (!providers.has(rest.provider)) return reject("PROVIDER_NOT_FOUND");
			const command = { ...rest, ...amount, dueAt: clock() + ASK_LEASE_MS };
			const requested = await actors.create(paymentId, "request", command, seen, cause);
			const { status } = requested.state;
			if (status !== "requested" && status !== "unknown") return paymentView(requested.state, requested.version);
			const { state, version } = await authorize(context, requested.state, false, cause);
			return paymentView(state, version);
		},

		capture: async ({ paymentId, amount }, { cause }) => {
			// The cached state suffices: only its immutable fields are used, and `mayCapture` checks the confirmed state.
			const known = await actors.peek(paymentId, seen);
			const found = known && known.state.status !== "new" ? known : await stored(context, paymentId);
			if (!found) return reject("PAYMENT_NOT_FOUND");
			const command = { amount: amount ?? found.state.amount };
			const allowed = await actors.send(paymentId, "mayCapture", command, seen, cause);
			if (isRejection(allowed)) return allowed;
			const { state, version } = allowed;
			if (state.status === "captured") return paymentView(state, version);
			const refusal = await answered(providerOf(context, state).capture(providerCall(state, "capture", command.amount)));
			return refusal ?? actors.send(paymentId, "capture", command, paymentView, cause);
		},

		void: async ({ paymentId }, { cause }) => {
			let known = await stored(context, paymentId);
			if (!known) return actors.send(paymentId, "void", {}, paymentView, cause);
			const { status } = known.state;
			// The outcome of the authorization must be known first. One that succeeds after the void would never be voided.
			if (status === "requested" || status === "unknown") known = await authorize(context, known.state, false, cause);
			if (known.state.status === "unknown" || known.state.status === "requested") throw serviceError("UNAVAILABLE");
			const allowed = await actors.send(paymentId, "mayVoid", {}, seen, cause);
			if (isRejection(allowed)) return allowed;
			const { state, version } = allowed;
			if (state.status === "declined" || state.status === "voided") return paymentView(state, version);
			const refusal = await answered(providerOf(context, state).void(providerCall(state, "void", state.amount)));
			return refusal ?? actors.send(paymentId, "void", {}, paymentView, cause);
		},

		refund: async ({ paymentId, refundId, amount, reason }, { cause }) => {
			if (!(await stored(context, paymentId))) return reject("PAYMENT_NOT_FOUND");
			const command = { refundId, ...amount, reason, dueAt: clock() + ASK_LEASE_MS };
			const requested = await actors.send(paymentId, "requestRefund", command, seen, cause);
			if (isRejection(requested)) return requested;
			const outcome = await refund(context, requested.state, refundId, false, cause);
			if (outcome === "failed") return reject("PROVIDER_ERROR");
			if (outcome === "unknown") throw serviceError("UNAVAILABLE");
			return current(paymentId);
		},

		lookup: async ({ paymentId }) => {
			const found = await stored(context, paymentId);
			return found ? paymentView(found.state, found.version) : reject("PAYMENT_NOT_FOUND");
		},
	} satisfies Partial<Handlers<typeof Payments>>;
};
