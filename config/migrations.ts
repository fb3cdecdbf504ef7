import { join } from "node:path";
import type * as Mongo from "@mixins/store/mongo/migration-admin";
import type { Migrations } from "@mixins/store/migrations";
import { sqliteMigrations } from "@mixins/store/sqlite/migration-admin";
import type { Settings } from "./env";

/** Of all that the shop stores. @throws with a sentence for the operator where the server cannot be reached */
export const createMigrations = async ({ mongoUrl, dataDir }: Settings): Promise<readonly Migrations[]> => {
	if (mongoUrl === undefined) return ["tianguis.db", "test-provider.db"].map((file) => sqliteMigrations(join(dataDir, file)));
	// Only here: the driver costs memory and time to start that a shop in one file need not pay.
	// eslint-disable-next-line @typescript-eslint/no-require-imports
	const { mongoMigrations } = require("@mixins/store/mongo/migration-admin") as typeof Mongo;
	return [await mongoMigrations(mongoUrl)];
};
