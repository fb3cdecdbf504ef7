import { join } from "node:path";
import type { Kind } from "@mixins/store/port";
import { sqliteReader } from "@mixins/store/sqlite/journal-reader";
import { carts } from "@services/carts/carts.store";
import { notifications } from "@services/notifications/notifications.store";
import { counters, orders } from "@services/orders/orders.store";
import { payments } from "@services/payments/payments.store";
import { providerLedgerKind } from "@services/payments/providers/test-provider-ledger";
import { products } from "@services/products/products.store";

/** Freezes a value recursively and returns it. */
export const deepFreeze = <T>(value: T): T => {
	if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
		Object.freeze(value);
		Object.values(value).forEach(deepFreeze);
	}
	return value;
};

/**
 * Replays the journals of a data folder with frozen states.
 *
 * @returns the number of replayed events
 * @throws if a kind is not declared immutable, or its `evolve` changes the given state
 */
export const replayFrozen = async (folder: string): Promise<number> => {
	let replayed = 0;
	const replay = async <State, Event>(file: string, kind: Kind<State, Event>): Promise<void> => {
		if (!kind.immutable) throw new Error(`${kind.name} is not declared immutable`);
		const reader = sqliteReader(join(folder, file));
		try {
			for await (const { id, history } of reader.read(kind)) {
				const events = history.flatMap((commit) => commit.events);
				events.reduce((state, event) => deepFreeze(kind.evolve(state, event)), deepFreeze(kind.initial(id)));
				replayed += events.length;
			}
		} finally {
			await reader.close();
		}
	};
	await replay("tianguis.db", carts);
	await replay("tianguis.db", orders);
	await replay("tianguis.db", counters);
	await replay("tianguis.db", payments);
	await replay("tianguis.db", notifications);
	await replay("tianguis.db", products);
	await replay("test-provider.db", providerLedgerKind);
	return replayed;
};
