import { existsSync } from "node:fs";
import { join } from "node:path";
import type * as Mongo from "@mixins/store/mongo/journal-reader";
import type { JournalReader } from "@mixins/store/port";
import { sqliteReader } from "@mixins/store/sqlite/journal-reader";
import type { Settings } from "./env";

export interface Readers {
	readonly shop: JournalReader;
	/** Of the test provider's own record. */
	readonly provider: JournalReader;
}

/** Of all that the shop stores, whether or not it is running. @throws with a sentence for the operator */
export const openJournalReaders = async ({ mongoUrl, dataDir }: Pick<Settings, "mongoUrl" | "dataDir">): Promise<Readers> => {
	if (mongoUrl !== undefined) {
		// Only here: the driver costs memory and time to start that a shop in one file need not pay.
		// eslint-disable-next-line @typescript-eslint/no-require-imports
		const { mongoReader } = require("@mixins/store/mongo/journal-reader") as typeof Mongo;
		const all = await mongoReader(mongoUrl);
		return { shop: all, provider: all };
	}
	const file = join(dataDir, "tianguis.db");
	if (!existsSync(file)) throw new Error(`no Tianguis data in ${dataDir}`);
	// The provider's record is opened last: what it holds and we do not know yet is then no surprise, but the other way round is one.
	return { shop: sqliteReader(file), provider: sqliteReader(join(dataDir, "test-provider.db")) };
};
