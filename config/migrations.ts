import { join } from "node:path";
import type * as Mongo from "@mixins/store/mongo/migration-admin";
import type { Migrations } from "@mixins/store/migrations";
import { sqliteMigrations } from "@mixins/store/sqlite/migration-admin";
import type { Settings } from "./env";

/** Migrations of all databases of the shop. @throws Error with a message for the operator if the server is unreachable */
export const createMigrations = async ({ mongoUrl, dataDir }: Settings): Promise<readonly Migrations[]> => {
	if (mongoUrl === undefined) return ["tianguis.db", "test-provider.db"].map((file) => sqliteMigrations(join(dataDir, file)));
	// Loaded on demand: the embedded profile saves the driver's memory and start-up time.
	// eslint-disable-next-line @typescript-eslint/no-require-imports
	const { mongoMigrations } = require("@mixins/store/mongo/migration-admin") as typeof Mongo;
	return [await mongoMigrations(mongoUrl)];
};
