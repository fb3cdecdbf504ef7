import { reject } from "@kernel/rejection";
import { serviceError } from "@mixins/errors/service-errors";
import type { Handlers } from "@mixins/service/define-service";
import { answered, providerCall } from "./provider-calls";
import { seen, stored, type PaymentsContext } from "./context";
import type { Payment } from "./domain/payment";
import type { Payments } from "./payments.contract";
import type { PaymentProvider } from "./providers/port";

const parsed = (body: string): unknown => {
	try {
		return JSON.parse(body) as unknown;
	} catch {
		return undefined;
	}
};

/** Voids an authorization that arrived after the payment was settled. @throws UNAVAILABLE on failure, so that the provider resends its message */
const letGo = async (provider: PaymentProvider, state: Payment): Promise<void> => {
	if (state.status !== "voided" && state.status !== "declined") return;
	if (await answered(provider.void(providerCall(state, "void", state.amount)))) throw serviceError("UNAVAILABLE");
};

/** Handles messages that providers send. */
export const webhookActions = (context: PaymentsContext) =>
	({
		webhook: async ({ provider: name }, { raw, cause, now }) => {
			const provider = context.providers.get(name);
			if (!provider) return reject("PROVIDER_NOT_FOUND");
			if (!raw || !provider.verify(raw.body, raw.headers, now)) return reject("INVALID_SIGNATURE");
			const message = provider.parseWebhook(parsed(raw.body));
			if (message === undefined)
				return reject("VALIDATION_FAILED", { errors: [{ path: "", message: "is not a known message of this provider" }] });
			const { id: webhookId, paymentId, authorization } = message;
			const known = await stored(context, paymentId);
			if (!known) return reject("PAYMENT_NOT_FOUND");
			const { state } = known;
			const authorized = authorization?.status === "authorized";
			const settled = state.status !== "requested" && state.status !== "unknown" && state.status !== "requiresAction";
			if (settled || state.webhooks.includes(webhookId)) {
				if (authorized) await letGo(provider, state);
				return { status: "ignored" };
			}
			if (authorized) await provider.acknowledge?.(providerCall(state, "authorize", state.amount));
			const after = await context.actors.send(paymentId, "applyWebhook", { webhookId, authorization }, seen, cause);
			if (authorized) await letGo(provider, after.state);
			return { status: "applied" };
		},
	}) satisfies Partial<Handlers<typeof Payments>>;
