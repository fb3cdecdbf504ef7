import type { Money } from "@kernel/money";
import { withTimeout } from "@mixins/async/timeout";
import type { Authorization } from "../domain/payment";

/** One call to a provider. The key is the same for every attempt of it, so that it happens once however often it is asked. */
export interface ProviderCall {
	readonly key: string;
	readonly paymentId: string;
	readonly orderId: string;
	readonly amount: Money;
}

/** A message of a provider, checked and understood. */
export interface ProviderMessage {
	readonly id: string;
	readonly paymentId: string;
	/** Null: it says nothing that we do not ask the provider ourselves. */
	readonly authorization: Authorization | null;
}

/** Where money is. Each method either knows the outcome or throws: `ProviderFailure` where it was surely not done, anything else where nobody knows. */
export interface PaymentProvider {
	readonly name: string;
	acceptsToken(token: string): boolean;
	authorize(call: ProviderCall & { readonly token: string }): Promise<Authorization>;
	capture(call: ProviderCall): Promise<void>;
	void(call: ProviderCall): Promise<void>;
	refund(call: ProviderCall): Promise<void>;
	/** Whether it is signed with our secret, just now. */
	verify(body: string, headers: Readonly<Record<string, string | undefined>>, now: number): boolean;
	/** @returns undefined where it is no message that we know */
	parseWebhook(body: unknown): ProviderMessage | undefined;
	/** Called before an authorization that came as a message is applied, for a provider whose own record the message changes. */
	acknowledge?(call: ProviderCall): Promise<void>;
}

/** The provider has answered that it did not do it; asked again, it may. */
export class ProviderError extends Error {
	constructor(message = "the provider answered with an error") {
		super(message);
	}
}

/** The answer did not come in time: nobody knows. */
export class ProviderTimeoutError extends Error {}

/** @throws ProviderTimeoutError */
export const withProviderTimeout = <T>(deadlineMs: number, work: Promise<T>): Promise<T> =>
	withTimeout(work, deadlineMs, {
		onTimeout: () => {
			throw new ProviderTimeoutError(`no response within ${deadlineMs} ms`);
		},
	});
