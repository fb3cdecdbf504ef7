import { setTimeout as delay } from "node:timers/promises";
import type { CommitMeta } from "@kernel/cloud-event";
import { money } from "@kernel/money";
import { reject } from "@kernel/rejection";
import { serviceError } from "@mixins/errors/service-errors";
import { providerOf, seen, type PaymentsContext, type Seen } from "./context";
import type { Payment } from "./domain/payment";
import { ProviderError, withProviderTimeout, type ProviderCall } from "./providers/port";

/** How long a buyer waits for a provider; what comes later is asked for again. */
const DEADLINE_MS = 3_000;
/** Between two attempts of the same call, under the same key. */
const RETRY_DELAYS_MS = [100, 400] as const;
const ASK_AGAIN_MS = 2_000;
/**
 * How long what is asked of a provider is left to the node that asks, in milliseconds; then a recovery sweep asks again under the same key. Longer
 * than the deadline.
 */
export const ASK_LEASE_MS = DEADLINE_MS + ASK_AGAIN_MS;

/** The one key of each thing that can be asked of a provider: never a new one. */
export const providerCall = ({ id, orderId, currency }: Payment, what: string, amount: number): ProviderCall => ({
	key: `${id}:${what}`,
	paymentId: id,
	orderId,
	amount: money(amount, currency),
});

/** Again, where the provider said that it did not do it. The last failure is thrown, and so is what nobody knows. */
const retryOnProviderError = async <T>(ask: () => Promise<T>): Promise<T> => {
	for (const pause of RETRY_DELAYS_MS) {
		try {
			return await ask();
		} catch (cause) {
			if (!(cause instanceof ProviderError)) throw cause;
			await delay(pause);
		}
	}
	return ask();
};

const whileAsking = async <T>({ asking }: PaymentsContext, id: string, work: () => Promise<T>): Promise<T> => {
	asking.add(id);
	try {
		return await work();
	} finally {
		asking.delete(id);
	}
};

/**
 * Asks for the authorization, the first time and each time after. Where the provider cannot say, the payment is `unknown` and due again.
 *
 * @param tell whether others must hear of the answer by an event
 */
export const authorize = (context: PaymentsContext, state: Payment, tell: boolean, cause: CommitMeta): Promise<Seen> =>
	whileAsking(context, state.id, async () => {
		const { actors, clock } = context;
		const provider = providerOf(context, state);
		const ask = () => provider.authorize({ ...providerCall(state, "authorize", state.amount), token: state.token });
		try {
			const authorization = await withProviderTimeout(DEADLINE_MS, retryOnProviderError(ask));
			return await actors.send(state.id, "answer", { authorization, tell }, seen, cause);
		} catch {
			// Declined is an answer; this is none. Whatever went wrong, the provider may have done it.
			return actors.send(state.id, "lose", { dueAt: clock() + ASK_AGAIN_MS }, seen, cause);
		}
	});

/** @returns whether it is known by now; a refund that nobody knows of stays open and is asked for again */
export const refund = (
	context: PaymentsContext,
	state: Payment,
	refundId: string,
	tell: boolean,
	cause: CommitMeta,
): Promise<"done" | "failed" | "unknown"> =>
	whileAsking(context, state.id, async () => {
		const { actors } = context;
		const entry = state.refunds.find(({ id }) => id === refundId);
		if (!entry) return "failed";
		if (entry.done) return "done";
		try {
			await withProviderTimeout(
				DEADLINE_MS,
				providerOf(context, state).refund(providerCall(state, `refund:${refundId}`, entry.amount)),
			);
		} catch (thrown) {
			if (!(thrown instanceof ProviderError)) return "unknown";
			await actors.send(state.id, "failRefund", { refundId }, () => null, cause);
			return "failed";
		}
		await actors.send(state.id, "refund", { refundId, tell }, () => null, cause);
		return "done";
	});

/**
 * The provider's word on what it was asked to do.
 *
 * @returns a refusal where it was surely not done
 * @throws UNAVAILABLE where it is not known
 */
export const answered = async (work: Promise<void>) => {
	try {
		await withProviderTimeout(DEADLINE_MS, work);
		return undefined;
	} catch (cause) {
		if (cause instanceof ProviderError) return reject("PROVIDER_ERROR");
		throw serviceError("UNAVAILABLE");
	}
};
