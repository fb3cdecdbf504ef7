import type { Money } from "@kernel/money";
import { withTimeout } from "@mixins/async/timeout";
import type { Authorization } from "../domain/payment";

/** One call to a provider. All attempts share the idempotency key, so that the call takes effect once. */
export interface ProviderCall {
	readonly key: string;
	readonly paymentId: string;
	readonly orderId: string;
	readonly amount: Money;
}

/** A parsed and validated webhook message of a provider. */
export interface ProviderMessage {
	readonly id: string;
	readonly paymentId: string;
	/** Null if the message carries nothing that this service does not obtain from the provider itself. */
	readonly authorization: Authorization | null;
}

/**
 * Port to a payment provider. Each call has a known outcome or throws: `ProviderError` if it certainly had no effect, any other error if
 * the outcome is unknown.
 */
export interface PaymentProvider {
	readonly name: string;
	acceptsToken(token: string): boolean;
	authorize(call: ProviderCall & { readonly token: string }): Promise<Authorization>;
	capture(call: ProviderCall): Promise<void>;
	void(call: ProviderCall): Promise<void>;
	refund(call: ProviderCall): Promise<void>;
	/** Whether the signature is valid and its timestamp is within the tolerance. */
	verify(body: string, headers: Readonly<Record<string, string | undefined>>, now: number): boolean;
	/** @returns undefined if the message is of an unknown form */
	parseWebhook(body: unknown): ProviderMessage | undefined;
	/** Called before an authorization that arrived by webhook is applied, for a provider whose own ledger the message changes. */
	acknowledge?(call: ProviderCall): Promise<void>;
}

/** The provider reported that the call had no effect. A retry may succeed. */
export class ProviderError extends Error {
	constructor(message = "the provider answered with an error") {
		super(message);
	}
}

/** The provider did not respond in time: the outcome is unknown. */
export class ProviderTimeoutError extends Error {}

/** @throws ProviderTimeoutError */
export const withProviderTimeout = <T>(deadlineMs: number, work: Promise<T>): Promise<T> =>
	withTimeout(work, deadlineMs, {
		onTimeout: () => {
			throw new ProviderTimeoutError(`no response within ${deadlineMs} ms`);
		},
	});
