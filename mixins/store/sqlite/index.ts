import type { Kind, Store, UnpublishedCommit } from "../port";
import { sqliteCollection, type SqliteCollection } from "./collection";
import { row, SqliteDatabase } from "./database";
import type { GroupWriter } from "./group-writer";
import { metaOf, openJournal, type Journal } from "./journal";
import { lateDocuments } from "./late-documents";
import { migrate } from "./migration-runner";

/** A commit with its sequence number, which orders all commits of the file. The last published number is the only state of the relay. */
interface Placed extends UnpublishedCommit {
	readonly seq: number;
}

const PUBLISHED = "SELECT seq FROM relay WHERE name = 'published'";
const MARK_PUBLISHED = "UPDATE relay SET seq = ? WHERE name = 'published'";

/**
 * The embedded engine stores all kinds of all services in one SQLite file that this process owns.
 *
 * @param readOnly reads a consistent snapshot of the file, as of `open`, and writes nothing. The owner may be running. Queries may miss commits of
 * the last second before the snapshot; `load`, `history` and `all` do not
 */
export const sqliteStore = (path: string, readOnly = false, writer?: GroupWriter): Store => {
	const file = new SqliteDatabase(path, readOnly, writer);
	const late = lateDocuments(file);
	const collections: SqliteCollection<never, never>[] = [];
	const listeners: (() => void)[] = [];
	let journal: Journal;
	let cursor = 0;
	let isTelling = false;

	/** Notifies the listeners once per group, after the group's callers were answered. */
	const published = (): void => {
		if (isTelling) return;
		isTelling = true;
		setImmediate(() => {
			isTelling = false;
			for (const listener of listeners) listener();
		});
	};

	return {
		exclusive: true,

		collection<State, Event>(kind: Kind<State, Event>) {
			const made = sqliteCollection({ file, journal: () => journal, kind, late: late.of(kind.name), published });
			collections.push(made as unknown as SqliteCollection<never, never>);
			return made;
		},

		open() {
			if (readOnly) file.database.exec("BEGIN");
			else migrate(file);
			journal = openJournal(file);
			cursor = row<{ seq: number }>(file.prepare(PUBLISHED))?.seq ?? 0;
			for (const collection of collections) collection.prepare(readOnly);
			return Promise.resolve();
		},

		async close() {
			await late.close();
			await file.close();
		},

		unpublished: async (limit) =>
			journal.unpublished(cursor, limit).map((found): Placed => {
				const { seq, kind, id, version, events } = found;
				return { seq, kind, id, version, meta: metaOf(found), events: JSON.parse(events) as Placed["events"] };
			}),

		async markPublished(batch) {
			const last = (batch.at(-1) as Placed | undefined)?.seq;
			if (last === undefined) return;
			cursor = last;
			await file.write({ first: { sql: MARK_PUBLISHED, values: [last] }, then: [] });
		},

		onCommit(listener) {
			listeners.push(listener);
		},
	};
};
