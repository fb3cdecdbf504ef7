import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Collection, Commit, Document, Kind, Store } from "@mixins/store/port";
import { sqliteStore } from "@mixins/store/sqlite";
import { carts } from "@services/carts/carts.store";
import { stocks } from "@services/inventory/inventory.store";
import { orders } from "@services/orders/orders.store";
import { payments } from "@services/payments/payments.store";
import { accounts } from "@services/payments/providers/test-account";

/** One aggregate with its whole journal. */
export interface Entry<State, Event> extends Document<State> {
	readonly history: readonly Commit<Event>[];
}

type EntryOf<K> = K extends Kind<infer State, infer Event> ? Entry<State, Event> : never;
export type StockEntry = EntryOf<typeof stocks>;
export type OrderEntry = EntryOf<typeof orders>;
export type PaymentEntry = EntryOf<typeof payments>;
export type CartEntry = EntryOf<typeof carts>;
export type AccountEntry = EntryOf<typeof accounts>;

/** All that the invariants speak of, as it was at one moment. */
export interface Books {
	readonly stocks: readonly StockEntry[];
	readonly orders: readonly OrderEntry[];
	readonly payments: readonly PaymentEntry[];
	readonly carts: readonly CartEntry[];
	readonly accounts: readonly AccountEntry[];
}

const read = async <State, Event>(collection: Collection<State, Event>): Promise<Entry<State, Event>[]> => {
	const entries: Entry<State, Event>[] = [];
	for await (const document of collection.all()) entries.push({ ...document, history: await collection.history(document.id) });
	return entries;
};

/** @param provider the store of the test provider, whose record is its own */
export const readBooks = async (store: Store, provider: Store): Promise<Books> => {
	const from = {
		orders: store.collection(orders),
		stocks: store.collection(stocks),
		payments: store.collection(payments),
		carts: store.collection(carts),
		accounts: provider.collection(accounts),
	};
	// The provider's record is opened last: what it holds and we do not know yet is then no surprise, but the other way round is one.
	await store.open();
	await provider.open();
	return {
		stocks: await read(from.stocks),
		orders: await read(from.orders),
		payments: await read(from.payments),
		carts: await read(from.carts),
		accounts: await read(from.accounts),
	};
};

/** The books of a data folder, whether or not a program is running on it. @throws with a sentence for the operator */
export const booksOf = async (folder: string): Promise<Books> => {
	const file = join(folder, "tianguis.db");
	if (!existsSync(file)) throw new Error(`there is no shop in ${folder}`);
	const stores = [sqliteStore(file, true), sqliteStore(join(folder, "test-provider.db"), true)] as const;
	try {
		return await readBooks(...stores);
	} finally {
		await Promise.all(stores.map((store) => store.close()));
	}
};
