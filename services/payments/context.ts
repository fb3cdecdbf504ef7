import type { Clock } from "@kernel/clock";
import { Actors } from "@mixins/actors/actor";
import type { Collection, Store } from "@mixins/store/port";
import { payment, type Payment, type PaymentEvent } from "./domain/payment";
import { payments } from "./payments.store";
import type { PaymentProvider } from "./providers/port";

/** Shared dependencies of the payment handlers. */
export interface PaymentsContext {
	readonly actors: Actors<Payment, PaymentEvent, typeof payment.commands>;
	readonly collection: Collection<Payment, PaymentEvent>;
	readonly providers: ReadonlyMap<string, PaymentProvider>;
	readonly clock: Clock;
	/** Payments for which this node has a provider call in progress. */
	readonly asking: Set<string>;
}

/** A payment at one version. States are replaced, never mutated, so a reference may be kept. */
export interface Seen {
	readonly state: Payment;
	readonly version: number;
}

export const seen = (state: Payment, version: number): Seen => ({ state, version });

export const paymentsContext = (store: Store, providers: PaymentsContext["providers"], clock: Clock): PaymentsContext => {
	const collection = store.collection(payments);
	return { collection, actors: new Actors(payment, collection, { exclusive: store.exclusive }), providers, clock, asking: new Set() };
};

/** @throws Error if this node has no such provider, because the state of the money is then unknown */
export const providerOf = ({ providers }: PaymentsContext, { provider: name }: Payment): PaymentProvider => {
	const provider = providers.get(name);
	if (!provider) throw new Error(`payment provider ${name} is not configured`);
	return provider;
};

/** Reads the stored payment. @returns undefined if it was neither requested nor voided */
export const stored = async ({ actors }: PaymentsContext, paymentId: string): Promise<Seen | undefined> => {
	const found = await actors.read(paymentId, seen);
	return found && found.state.status !== "new" ? found : undefined;
};
