import { existsSync } from "node:fs";
import { join } from "node:path";
import type * as Mongo from "@mixins/store/mongo/journal-reader";
import type { JournalReader } from "@mixins/store/port";
import { sqliteReader } from "@mixins/store/sqlite/journal-reader";
import type { Settings } from "./env";

export interface Readers {
	/** All data of the shop. */
	readonly shop: JournalReader;
	/** The ledger of the test provider. */
	readonly provider: JournalReader;
}

/** Opens readers for all stored data. The shop may be running. @throws Error with a message for the operator */
export const openJournalReaders = async ({ mongoUrl, dataDir }: Pick<Settings, "mongoUrl" | "dataDir">): Promise<Readers> => {
	if (mongoUrl !== undefined) {
		// Loaded on demand: the embedded profile saves the driver's memory and start-up time.
		// eslint-disable-next-line @typescript-eslint/no-require-imports
		const { mongoReader } = require("@mixins/store/mongo/journal-reader") as typeof Mongo;
		const all = await mongoReader(mongoUrl);
		return { shop: all, provider: all };
	}
	const file = join(dataDir, "tianguis.db");
	if (!existsSync(file)) throw new Error(`no Tianguis data in ${dataDir}`);
	// The ledger is opened last. It may then hold payments that the shop does not know yet; the reverse would look like an inconsistency.
	return { shop: sqliteReader(file), provider: sqliteReader(join(dataDir, "test-provider.db")) };
};
