import type { Clock } from "@kernel/clock";
import { Actors } from "@mixins/actors/actor";
import type { Collection, Store } from "@mixins/store/port";
import { payment, type Payment, type PaymentEvent } from "./domain/payment";
import { payments } from "./payments.store";
import type { PaymentProvider } from "./providers/port";

/** What the handlers of payments share. */
export interface PaymentsContext {
	readonly actors: Actors<Payment, PaymentEvent, typeof payment.commands>;
	readonly collection: Collection<Payment, PaymentEvent>;
	readonly providers: ReadonlyMap<string, PaymentProvider>;
	readonly clock: Clock;
	/** Payments about which this node is asking a provider at this moment. */
	readonly asking: Set<string>;
}

/** A payment as it was at one moment. States are replaced, never changed in place, so it may be kept. */
export interface Seen {
	readonly state: Payment;
	readonly version: number;
}

export const seen = (state: Payment, version: number): Seen => ({ state, version });

export const paymentsContext = (store: Store, providers: PaymentsContext["providers"], clock: Clock): PaymentsContext => {
	const collection = store.collection(payments);
	return { collection, actors: new Actors(payment, collection, { exclusive: store.exclusive }), providers, clock, asking: new Set() };
};

/** @throws where this node has no such provider: nothing is known of its money */
export const providerOf = ({ providers }: PaymentsContext, { provider: name }: Payment): PaymentProvider => {
	const provider = providers.get(name);
	if (!provider) throw new Error(`no provider ${name}`);
	return provider;
};

/** A payment that was requested or voided, confirmed. */
export const stored = async ({ actors }: PaymentsContext, paymentId: string): Promise<Seen | undefined> => {
	const found = await actors.read(paymentId, seen);
	return found && found.state.status !== "new" ? found : undefined;
};
