import type { DatabaseSync } from "node:sqlite";
import { migrationFailedError, newerSchemaError, type Migration } from "../migrations";
import type { SqliteDatabase } from "./database";

interface Step extends Migration {
	readonly sql: string;
}

/**
 * The migrations from each schema version to the next. Append only: at start, the file of any older program is migrated to the last version.
 * Documents are not migrated: they are views, rebuilt from the journals when a kind's revision or fields change.
 */
export const STEPS: readonly Step[] = [
	{
		version: 1,
		name: "journal and documents",
		sql: `CREATE TABLE journal (
		seq INTEGER PRIMARY KEY,
		kind TEXT NOT NULL,
		id TEXT NOT NULL,
		version INTEGER NOT NULL,
		at INTEGER NOT NULL,
		actor TEXT NOT NULL,
		correlation TEXT NOT NULL,
		causation TEXT NOT NULL,
		events TEXT NOT NULL
	) STRICT;
	CREATE UNIQUE INDEX journal_of ON journal (kind, id, version);
	CREATE TABLE relay (name TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
	INSERT INTO relay VALUES ('published', 0);
	CREATE TABLE kinds (kind TEXT PRIMARY KEY, fingerprint TEXT NOT NULL) STRICT;`,
	},
	{
		version: 2,
		name: "which commits hold something to publish",
		sql: `ALTER TABLE journal ADD COLUMN public INTEGER NOT NULL DEFAULT 1;`,
	},
	{ version: 3, name: "the trace that a commit belongs to", sql: `ALTER TABLE journal ADD COLUMN trace TEXT;` },
	{
		version: 4,
		name: "the commit up to which the documents of a kind are written",
		sql: `ALTER TABLE kinds ADD COLUMN documents INTEGER NOT NULL DEFAULT 0;
	UPDATE kinds SET documents = (SELECT coalesce(max(seq), 0) FROM journal);`,
	},
];

export const SCHEMA_VERSION = STEPS.length;

export const versionOf = (database: DatabaseSync): number =>
	(database.prepare("PRAGMA user_version").get() as { user_version: number }).user_version;

/**
 * Applies the pending migrations, each in its own transaction.
 *
 * @throws an error with a message for the operator if a newer program wrote the file, or if a migration fails. A failed migration changes nothing
 */
export const migrate = (file: SqliteDatabase, steps: readonly Step[] = STEPS, at = 0): void => {
	const found = versionOf(file.database);
	if (found > steps.length) throw newerSchemaError("the data folder", found, steps.length, "DATA_DIR");
	for (const { version, name, sql } of steps.slice(found)) {
		try {
			file.transaction(() => {
				file.database.exec(sql);
				file.database.exec(`PRAGMA user_version = ${version}`);
			});
		} catch (cause) {
			throw migrationFailedError({ version, name, error: (cause as Error).message, at });
		}
	}
};
