import type { SqliteFile } from "./file";

/**
 * The steps from each version of the file to the next. Only ever add to the end: a folder of any older program is brought here at start.
 * Documents are no part of it: they are views, made again from the journals when a kind's revision or fields change.
 */
const STEPS: readonly string[] = [
	`CREATE TABLE journal (
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
	// Which commits hold something to publish: the relay need not read the others.
	`ALTER TABLE journal ADD COLUMN public INTEGER NOT NULL DEFAULT 1;`,
	// The trace that a commit belongs to (W3C traceparent), where there is one.
	`ALTER TABLE journal ADD COLUMN trace TEXT;`,
];

export const SCHEMA_VERSION = STEPS.length;

/** @throws with a sentence for the operator where the file is of a newer program */
export const migrate = (file: SqliteFile): void => {
	const { user_version: found } = file.prepare("PRAGMA user_version").get() as { user_version: number };
	if (found > SCHEMA_VERSION) {
		throw new Error(
			`the data folder was written by a newer version of the program (schema ${found}, this one knows ${SCHEMA_VERSION}): start that one, or use another DATA_DIR`,
		);
	}
	for (let version = found; version < SCHEMA_VERSION; version++) {
		file.transaction(() => {
			file.database.exec(STEPS[version]!);
			file.database.exec(`PRAGMA user_version = ${version + 1}`);
		});
	}
};
