import type { Settings } from "@config/env";
import { openJournalReaders, type Readers } from "@config/journal-readers";
import type { AggregateHistory, JournalReader, Kind } from "@mixins/store/port";
import { carts } from "@services/carts/carts.store";
import { stocks } from "@services/inventory/inventory.store";
import { notifications } from "@services/notifications/notifications.store";
import { orders } from "@services/orders/orders.store";
import { payments } from "@services/payments/payments.store";
import { providerLedgerKind } from "@services/payments/providers/test-provider-ledger";
import { shipments } from "@services/shipping/shipping.store";

/** One aggregate with its whole journal. */
export type Entry<State, Event> = AggregateHistory<State, Event>;

type EntryOf<K> = K extends Kind<infer State, infer Event> ? Entry<State, Event> : never;
export type StockEntry = EntryOf<typeof stocks>;
export type OrderEntry = EntryOf<typeof orders>;
export type PaymentEntry = EntryOf<typeof payments>;
export type CartEntry = EntryOf<typeof carts>;
export type AccountEntry = EntryOf<typeof providerLedgerKind>;
export type ShipmentEntry = EntryOf<typeof shipments>;
export type NotificationEntry = EntryOf<typeof notifications>;

/** The stored data that the invariants check. */
export interface StoreSnapshot {
	readonly stocks: readonly StockEntry[];
	readonly orders: readonly OrderEntry[];
	readonly payments: readonly PaymentEntry[];
	readonly carts: readonly CartEntry[];
	readonly accounts: readonly AccountEntry[];
	/** The records that consumers wrote for events of orders. Undefined: not read. */
	readonly followers?: { readonly shipments: readonly ShipmentEntry[]; readonly notifications: readonly NotificationEntry[] };
	/** True if the data was read while the shop was writing. Comparisons between aggregates are then skipped. Default: false. */
	readonly isInconsistent?: boolean;
}

const everything = async ({ shop, provider }: Readers): Promise<StoreSnapshot> => {
	const all = async <State, Event>(reader: JournalReader, kind: Kind<State, Event>): Promise<Entry<State, Event>[]> => {
		const found: Entry<State, Event>[] = [];
		for await (const entry of reader.read(kind)) found.push(entry);
		return found;
	};
	return {
		stocks: await all(shop, stocks),
		orders: await all(shop, orders),
		payments: await all(shop, payments),
		carts: await all(shop, carts),
		followers: { shipments: await all(shop, shipments), notifications: await all(shop, notifications) },
		accounts: await all(provider, providerLedgerKind),
		isInconsistent: !shop.isConsistentSnapshot || !provider.isConsistentSnapshot,
	};
};

const closing = async (readers: Readers): Promise<StoreSnapshot> => {
	try {
		return await everything(readers);
	} finally {
		await Promise.all([...new Set([readers.shop, readers.provider])].map((reader) => reader.close()));
	}
};

/** Reads the stored data of a shop, running or not. @throws an error whose message is for the operator */
export const readSnapshot = async (settings: Pick<Settings, "mongoUrl" | "dataDir">): Promise<StoreSnapshot> =>
	closing(await openJournalReaders(settings));

/** Reads the stored data of a data folder. @throws an error whose message is for the operator */
export const readFolderSnapshot = (folder: string): Promise<StoreSnapshot> => readSnapshot({ mongoUrl: undefined, dataDir: folder });
