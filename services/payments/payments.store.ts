import type { Collection, Kind, Query } from "@mixins/store/port";
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

/** Payments with a due provider call, longest due first. The documents may be up to a second old. */
export const dueBefore = async (
	collection: Collection<Payment, PaymentEvent>,
	now: number,
	limit: number,
	after: Query["after"],
): Promise<{ readonly id: string; readonly value: number }[]> => {
	const where = { dueAt: { before: now } };
	const found = await collection.find({ allowStale: true, where, orderBy: { field: "dueAt" }, limit, ...(after && { after }) });
	return found.map(({ id, state }) => ({ id, value: state.dueAt ?? 0 }));
};
