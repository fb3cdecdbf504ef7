import { setTimeout as delay } from "node:timers/promises";
import type { CommitMeta } from "@kernel/envelope";
import { money } from "@kernel/money";
import type { Actors } from "@mixins/actor";
import type { payment, Payment, PaymentEvent } from "./domain/payment";
import { ProviderFailure, within, type PaymentProvider, type ProviderCall } from "./providers/port";

/** How long a buyer waits for a provider; what comes later is asked for again. */
export const DEADLINE_MS = 3_000;
/** Between two attempts of the same call, under the same key. */
const RETRY_DELAYS_MS = [100, 400] as const;
const ASK_AGAIN_MS = 2_000;

/** When a provider that has not answered by then is asked again. */
export const askAgainAt = (now: number): number => now + DEADLINE_MS + ASK_AGAIN_MS;

export type Payments = Actors<Payment, PaymentEvent, typeof payment.commands>;

/** The one key of each thing that can be asked of a provider: never a new one. */
export const providerCall = ({ id, orderId, currency }: Payment, what: string, amount: number): ProviderCall => ({
	key: `${id}:${what}`,
	paymentId: id,
	orderId,
	amount: money(amount, currency),
});

/** Again, where the provider said that it did not do it. The last failure is thrown, and so is what nobody knows. */
const insist = async <T>(ask: () => Promise<T>): Promise<T> => {
	for (const pause of RETRY_DELAYS_MS) {
		try {
			return await ask();
		} catch (cause) {
			if (!(cause instanceof ProviderFailure)) throw cause;
			await delay(pause);
		}
	}
	return ask();
};

/**
 * Asks for the authorization, the first time and each time after. Where the provider cannot say, the payment is `unknown` and due again.
 *
 * @param tell whether others must hear of the answer by an event
 */
export const authorize = async (
	actors: Payments,
	provider: PaymentProvider,
	state: Payment,
	tell: boolean,
	cause: CommitMeta,
	now: number,
) => {
	const ask = () => provider.authorize({ ...providerCall(state, "authorize", state.amount), token: state.token });
	try {
		const authorization = await within(DEADLINE_MS, insist(ask));
		return await actors.send(state.id, "answer", { authorization, tell }, (after, version) => ({ state: after, version }), cause);
	} catch {
		// Declined is an answer; this is none. Whatever went wrong, the provider may have done it.
		return actors.send(state.id, "lose", { dueAt: askAgainAt(now) }, (after, version) => ({ state: after, version }), cause);
	}
};

/** @returns whether it is known by now; a refund that nobody knows of stays open and is asked for again */
export const refund = async (
	actors: Payments,
	provider: PaymentProvider,
	state: Payment,
	refundId: string,
	tell: boolean,
	cause: CommitMeta,
): Promise<"done" | "failed" | "unknown"> => {
	const entry = state.refunds.find(({ id }) => id === refundId);
	if (!entry) return "failed";
	if (entry.done) return "done";
	try {
		await within(DEADLINE_MS, provider.refund(providerCall(state, `refund:${refundId}`, entry.amount)));
	} catch (failure) {
		if (!(failure instanceof ProviderFailure)) return "unknown";
		await actors.send(state.id, "failRefund", { refundId }, () => null, cause);
		return "failed";
	}
	await actors.send(state.id, "refund", { refundId, tell }, () => null, cause);
	return "done";
};
