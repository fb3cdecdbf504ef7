import type { Kind, Store, Unpublished } from "../port";
import { journal, sqliteCollection, type JournalStatements, type SqliteCollection } from "./collection";
import { row, rows, SqliteFile } from "./file";
import { migrate } from "./schema";

interface JournalRow {
	readonly seq: number;
	readonly kind: string;
	readonly id: string;
	readonly version: number;
	readonly at: number;
	readonly actor: string;
	readonly correlation: string;
	readonly causation: string;
	readonly trace: string | null;
	readonly events: string;
}

/** Carries its place in the file's one order of commits, which is all that has to be remembered of what was published. */
interface Placed extends Unpublished {
	readonly seq: number;
}

/**
 * The embedded engine: all kinds of all services in one SQLite file that this process owns.
 *
 * @param readOnly looks at the file of a program that may be running, as it is at `open`: one moment of it, and nothing is written
 */
export const sqliteStore = (path: string, readOnly = false): Store => {
	const file = new SqliteFile(path, readOnly);
	const collections: SqliteCollection<never, never>[] = [];
	const listeners: (() => void)[] = [];
	let statements: JournalStatements;
	let cursor = 0;
	let news = false;

	return {
		exclusive: true,

		collection<State, Event>(kind: Kind<State, Event>) {
			const made = sqliteCollection(
				file,
				() => statements,
				kind,
				() => (news = true),
			);
			collections.push(made as unknown as SqliteCollection<never, never>);
			return made;
		},

		open() {
			if (readOnly) file.database.exec("BEGIN");
			else migrate(file);
			statements = journal(file);
			cursor = row<{ seq: number }>(file.prepare("SELECT seq FROM relay WHERE name = 'published'"))?.seq ?? 0;
			for (const collection of collections) collection.prepare(readOnly);
			file.onAfterCommit(() => {
				// After the writers' own answers, which say whether there is news.
				setImmediate(() => {
					if (!news) return;
					news = false;
					for (const listener of listeners) listener();
				});
			});
			return Promise.resolve();
		},

		close: () => file.close(),

		async unpublished(limit) {
			await file.durable();
			const next = file.prepare(
				"SELECT seq, kind, id, version, at, actor, correlation, causation, trace, events FROM journal WHERE seq > ? AND public = 1 ORDER BY seq LIMIT ?",
			);
			return rows<JournalRow>(next, cursor, limit).map(
				({ seq, kind, id, version, at, actor, correlation, causation, trace, events }): Placed => ({
					seq,
					kind,
					id,
					version,
					meta: {
						at,
						actor,
						correlationId: correlation,
						causationId: causation,
						...(trace !== null && { traceparent: trace }),
					},
					events: JSON.parse(events) as Placed["events"],
				}),
			);
		},

		async markPublished(batch) {
			const last = (batch.at(-1) as Placed | undefined)?.seq;
			if (last === undefined) return;
			cursor = last;
			await file.write({ first: { sql: "UPDATE relay SET seq = ? WHERE name = 'published'", values: [last] }, then: [] });
		},

		onCommit(listener) {
			listeners.push(listener);
		},
	};
};
