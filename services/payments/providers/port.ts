import type { Money } from "@kernel/money";
import type { Authorization } from "../domain/payment";

/** One call to a provider. All attempts use the same idempotency key, so that the operation is done at most once. */
export interface ProviderCall {
	readonly key: string;
	readonly paymentId: string;
	readonly orderId: string;
	readonly amount: Money;
}

/** A parsed and validated message of a provider. */
export interface ProviderMessage {
	readonly id: string;
	readonly paymentId: string;
	/** Null if the message has no information beyond the responses to our own calls. */
	readonly authorization: Authorization | null;
}

/**
 * Adapter of a payment provider. A method that does not throw was done. `ProviderError` means that it was certainly not done; after any other
 * error the outcome is unknown.
 */
export interface PaymentProvider {
	readonly name: string;
	acceptsToken(token: string): boolean;
	authorize(call: ProviderCall & { readonly token: string }): Promise<Authorization>;
	capture(call: ProviderCall): Promise<void>;
	void(call: ProviderCall): Promise<void>;
	refund(call: ProviderCall): Promise<void>;
	/** Whether the message has a recent signature with the shop's secret. */
	verify(body: string, headers: Readonly<Record<string, string | undefined>>, now: number): boolean;
	/** @returns undefined if the message is unknown */
	parseWebhook(body: unknown): ProviderMessage | undefined;
	/** Called before an authorization received as a message is applied, for providers whose ledger the message changes. */
	acknowledge?(call: ProviderCall): Promise<void>;
}

/** The provider reported that the operation was not done; a retry may succeed. */
export class ProviderError extends Error {
	constructor(message = "the provider answered with an error") {
		super(message);
	}
}

/** The provider did not respond in time; the outcome is unknown. */
export class ProviderTimeoutError extends Error {}

/** @throws ProviderTimeout */
export const withTimeout = async <T>(deadlineMs: number, work: Promise<T>): Promise<T> => {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => {
			reject(new ProviderTimeoutError(`no response within ${deadlineMs} ms`));
		}, deadlineMs);
	});
	return Promise.race([work, late]).finally(() => {
		clearTimeout(timer);
	});
};
