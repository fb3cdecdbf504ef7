import { newerSchemaError, olderSchemaError } from "../migrations";
import type { JournalReader } from "../port";
import { sqliteCollection } from "./collection";
import { row, SqliteDatabase } from "./database";
import { openJournal } from "./journal";
import { lateDocuments } from "./late-documents";
import { SCHEMA_VERSION, versionOf } from "./migration-runner";

const nothing = (): void => undefined;

/**
 * Reads a consistent snapshot of a file whose owner may be running.
 *
 * @throws an error with a message for the operator if the file has another schema version
 */
export const sqliteReader = (path: string): JournalReader => {
	const file = new SqliteDatabase(path, true);
	const version = versionOf(file.database);
	if (version !== SCHEMA_VERSION) {
		file.database.close();
		throw version > SCHEMA_VERSION
			? newerSchemaError("the data folder", version, SCHEMA_VERSION, "DATA_DIR")
			: olderSchemaError("the data folder", version, SCHEMA_VERSION);
	}
	file.database.exec("BEGIN");
	row(file.prepare("SELECT count(*) AS kinds FROM kinds")); // the first read fixes the snapshot
	const journal = openJournal(file);
	const late = lateDocuments(file);
	return {
		isConsistentSnapshot: true,
		async *read(kind) {
			if (!row(file.prepare("SELECT kind FROM kinds WHERE kind = ?"), kind.name)) return; // no program has declared the kind yet
			const collection = sqliteCollection({ file, journal: () => journal, kind, late: late.of(kind.name), published: nothing });
			collection.prepare(true);
			for await (const document of collection.all()) yield { ...document, history: await collection.history(document.id) };
		},
		close: () => file.close(),
	};
};
