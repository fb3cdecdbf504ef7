import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sqliteReader } from "@mixins/store/sqlite/journal-reader";
import type { AggregateHistory, Kind } from "@mixins/store/port";
import { products } from "@services/products/products.store";
import { users } from "@services/users/users.store";
import { readFolderSnapshot, type StoreSnapshot } from "../../cli/check/snapshot";

type ById<K> = K extends Kind<infer State, infer Event> ? ReadonlyMap<string, AggregateHistory<State, Event>> : never;

/** The data of a folder to which the promises of the workload refer. */
export interface Stored {
	readonly snapshot: StoreSnapshot;
	readonly orders: ReadonlyMap<string, StoreSnapshot["orders"][number]>;
	readonly carts: ReadonlyMap<string, StoreSnapshot["carts"][number]>;
	readonly stocks: ReadonlyMap<string, StoreSnapshot["stocks"][number]>;
	readonly products: ById<typeof products>;
	/** E-mail addresses of accounts. */
	readonly emails: ReadonlySet<string>;
	/** Ids of messages that are sent according to the journal. */
	readonly sent: readonly string[];
}

const byId = <T extends { readonly id: string }>(entries: readonly T[]): ReadonlyMap<string, T> =>
	new Map(entries.map((entry) => [entry.id, entry]));

const DATABASES = ["tianguis.db", "test-provider.db"];

/** @throws Error if a database is damaged */
const checkIntegrity = (folder: string): void => {
	for (const name of DATABASES) {
		const database = new DatabaseSync(join(folder, name), { readOnly: true });
		try {
			const { integrity_check: found } = database.prepare("PRAGMA integrity_check").get() as { integrity_check: string };
			if (found !== "ok") throw new Error(`${name}: ${found}`);
		} finally {
			database.close();
		}
	}
};

/** @throws Error if a database is damaged or missing */
export const readStored = async (folder: string): Promise<Stored> => {
	checkIntegrity(folder);
	const snapshot = await readFolderSnapshot(folder);
	const reader = sqliteReader(join(folder, "tianguis.db"));
	try {
		const emails = new Set<string>();
		for await (const { state } of reader.read(users)) emails.add(state.email);
		const found = [];
		for await (const entry of reader.read(products)) found.push(entry);
		return {
			snapshot,
			orders: byId(snapshot.orders),
			carts: byId(snapshot.carts),
			stocks: byId(snapshot.stocks),
			products: byId(found),
			emails,
			sent: snapshot.followers!.notifications.filter(({ state }) => state.status === "sent").map(({ id }) => id),
		};
	} finally {
		await reader.close();
	}
};
