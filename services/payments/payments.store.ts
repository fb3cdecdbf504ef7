import type { Collection, Kind } from "@mixins/store/port";
import { payment, type Payment, type PaymentEvent } from "./domain/payment";
import { PaymentEvents } from "./payments.contract";

export const payments: Kind<Payment, PaymentEvent> = {
	name: "payment",
	immutable: true,
	revision: 1,
	initial: payment.initial,
	evolve: payment.evolve,
	fields: { dueAt: { value: ({ dueAt }) => dueAt, indexed: true } },
	publishes: [PaymentEvents.changed.type],
	lateDocuments: true,
};

const MANY = 200;

/** Payments whose provider should be asked again. */
export const due = async (collection: Collection<Payment, PaymentEvent>, now: number): Promise<Payment[]> =>
	(await collection.find({ allowStale: true, where: { dueAt: { before: now } }, orderBy: { field: "dueAt" }, limit: MANY })).map(
		({ state }) => state,
	);
