import { setTimeout as delay } from "node:timers/promises";
import type { CommitMeta } from "@kernel/cloud-event";
import { money } from "@kernel/money";
import { reject } from "@kernel/rejection";
import { serviceError } from "@mixins/errors/service-errors";
import { providerOf, seen, type PaymentsContext, type Seen } from "./context";
import type { Payment } from "./domain/payment";
import { ProviderError, withTimeout, type ProviderCall } from "./providers/port";

/** Maximum wait for a provider response. After it the outcome is unknown and the call is repeated. */
const DEADLINE_MS = 3_000;
/** Delays between attempts of a call with the same idempotency key. */
const RETRY_DELAYS_MS = [100, 400] as const;
const ASK_AGAIN_MS = 2_000;
/**
 * Time in milliseconds during which only the calling node repeats a provider call. Afterwards the recovery sweep repeats it with the same key.
 * It must exceed the deadline of the call.
 */
export const ASK_LEASE_MS = DEADLINE_MS + ASK_AGAIN_MS;

/** Builds a provider call. The idempotency key depends only on the payment and the operation, so it is the same for every attempt. */
export const providerCall = ({ id, orderId, currency }: Payment, what: string, amount: number): ProviderCall => ({
	key: `${id}:${what}`,
	paymentId: id,
	orderId,
	amount: money(amount, currency),
});

/** Retries after a `ProviderError`, which means that nothing was done. @throws the last `ProviderError`, or any other error at once */
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
 * Requests the authorization, for the first time or again. If the outcome is unknown, the payment becomes `unknown` and due again.
 *
 * @param tell whether the result must be published as an event
 */
export const authorize = (context: PaymentsContext, state: Payment, tell: boolean, cause: CommitMeta): Promise<Seen> =>
	whileAsking(context, state.id, async () => {
		const { actors, clock } = context;
		const provider = providerOf(context, state);
		const ask = () => provider.authorize({ ...providerCall(state, "authorize", state.amount), token: state.token });
		try {
			const authorization = await withTimeout(DEADLINE_MS, retryOnProviderError(ask));
			return await actors.send(state.id, "answer", { authorization, tell }, seen, cause);
		} catch {
			// A decline does not throw. After any error the provider may still have authorized the payment.
			return actors.send(state.id, "lose", { dueAt: clock() + ASK_AGAIN_MS }, seen, cause);
		}
	});

/** Requests a refund at the provider. @returns the outcome; an "unknown" refund stays open and is requested again */
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
			await withTimeout(DEADLINE_MS, providerOf(context, state).refund(providerCall(state, `refund:${refundId}`, entry.amount)));
		} catch (thrown) {
			if (!(thrown instanceof ProviderError)) return "unknown";
			await actors.send(state.id, "failRefund", { refundId }, () => null, cause);
			return "failed";
		}
		await actors.send(state.id, "refund", { refundId, tell }, () => null, cause);
		return "done";
	});

/**
 * Waits for the outcome of a provider call.
 *
 * @returns a rejection if the operation was certainly not done; undefined if it was done
 * @throws UNAVAILABLE if the outcome is unknown
 */
export const answered = async (work: Promise<void>) => {
	try {
		await withTimeout(DEADLINE_MS, work);
		return undefined;
	} catch (cause) {
		if (cause instanceof ProviderError) return reject("PROVIDER_ERROR");
		throw serviceError("UNAVAILABLE");
	}
};
