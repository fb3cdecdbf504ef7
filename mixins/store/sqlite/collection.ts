import type { CommitMeta } from "@kernel/envelope";
import type { Collection, Commit, Kind } from "../port";
import { createTable, documents, fingerprint, type Documents } from "./documents";
import { row, rows, type SqliteFile } from "./file";

interface CommitRow {
	readonly version: number;
	readonly at: number;
	readonly actor: string;
	readonly correlation: string;
	readonly causation: string;
	readonly events: string;
}

/** The current document is rewritten with every commit while it is small, and then only now and then. */
const SMALL_DOCUMENT_BYTES = 16_384;
const COMMITS_BETWEEN_LARGE_DOCUMENTS = 256;
const PAGE = 256;

/** The statements on the journal that all kinds share. */
export const journal = (file: SqliteFile) => ({
	after: file.prepare(
		"SELECT version, at, actor, correlation, causation, events FROM journal WHERE kind = ? AND id = ? AND version > ? ORDER BY version",
	),
	last: file.prepare("SELECT max(version) AS version FROM journal WHERE kind = ? AND id = ?"),
	append: file.prepare(
		"INSERT INTO journal (kind, id, version, at, actor, correlation, causation, events, public) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
	),
	waiting: file.prepare(
		"SELECT 1 FROM journal WHERE kind = ? AND id = ? AND public = 1 AND seq > (SELECT seq FROM relay WHERE name = 'published') LIMIT 1",
	),
	remove: file.prepare("DELETE FROM journal WHERE kind = ? AND id = ?"),
	rewrite: file.prepare("UPDATE journal SET events = ? WHERE kind = ? AND id = ? AND version = ?"),
	ids: file.prepare("SELECT DISTINCT id FROM journal WHERE kind = ? AND id > ? ORDER BY id LIMIT ?"),
});

export type JournalStatements = ReturnType<typeof journal>;

export interface SqliteCollection<State, Event> extends Collection<State, Event> {
	/** Makes or rebuilds the table of documents where it is not what the kind declares. A reader takes it as it is. */
	prepare(readOnly: boolean): void;
	/** Writes the documents that this group of commits changed; called inside its transaction. */
	flush(): void;
	/** Forgets them, where the group failed. */
	discard(): void;
}

export const sqliteCollection = <State, Event>(
	file: SqliteFile,
	statements: () => JournalStatements,
	kind: Kind<State, Event>,
	published: () => void,
): SqliteCollection<State, Event> => {
	const { name, initial, evolve, upcast } = kind;
	const fields = Object.values(kind.fields);
	const publishes = new Set(kind.publishes);
	let table: Documents<State>;
	const large = new Set<string>(); // ids whose document may be behind their journal
	let changed = new Map<string, { version: number; json: string; values: (string | number | null)[] }>();

	const read = (events: string): Event[] => {
		const parsed = JSON.parse(events) as Event[];
		return upcast ? (parsed as { type: string }[]).map(upcast) : parsed;
	};
	const load = (id: string) => {
		const document = table.get(id);
		const tail = rows<CommitRow>(statements().after, name, id, document?.version ?? 0);
		if (!document && tail.length === 0) return undefined;
		const base = document ? (JSON.parse(document.state) as State) : initial(id);
		return {
			version: tail.at(-1)?.version ?? document?.version ?? 0,
			state: tail.flatMap(({ events }) => read(events)).reduce(evolve, base),
		};
	};
	const rewrite = (id: string): void => {
		const current = load(id);
		if (current)
			table.put(
				id,
				current.version,
				JSON.stringify(current.state),
				fields.map(({ value }) => value(current.state)),
			);
	};
	const refresh = (): void => {
		if (large.size === 0) return;
		file.transaction(() => {
			large.forEach(rewrite);
		});
	};
	const rebuild = (): void => {
		createTable(file, kind);
		table = documents(file, kind);
		for (let after = ""; ;) {
			const ids = rows<{ id: string }>(statements().ids, name, after, PAGE).map(({ id }) => id);
			ids.forEach(rewrite);
			const last = ids.at(-1);
			if (last === undefined) return;
			after = last;
		}
	};
	const toCommit = ({ version, at, actor, correlation, causation, events }: CommitRow): Commit<Event> => ({
		version,
		at,
		actor,
		correlationId: correlation,
		causationId: causation,
		events: read(events),
	});

	return {
		prepare(readOnly) {
			if (readOnly) {
				table = documents(file, kind);
				return;
			}
			const wanted = fingerprint(kind);
			const found = row<{ fingerprint: string }>(file.prepare("SELECT fingerprint FROM kinds WHERE kind = ?"), name)?.fingerprint;
			if (found !== wanted) {
				file.transaction(() => {
					rebuild();
					file.prepare("INSERT OR REPLACE INTO kinds VALUES (?, ?)").run(name, wanted);
				});
			}
			table = documents(file, kind);
			const size = file.prepare(`SELECT id FROM doc_${name} WHERE length(state) > ?`);
			for (const { id } of rows<{ id: string }>(size, SMALL_DOCUMENT_BYTES)) large.add(id);
		},

		flush() {
			if (changed.size === 0) return;
			const writes = changed;
			changed = new Map();
			for (const [id, { version, json, values }] of writes) table.put(id, version, json, values);
		},

		discard() {
			changed = new Map();
		},

		load: (id) => Promise.resolve(load(id)),

		version: (id) => Promise.resolve(row<{ version: number | null }>(statements().last, name, id)?.version ?? 0),

		commit(id: string, expected: number, events: readonly Event[], state: State, meta: CommitMeta) {
			const version = expected + 1;
			const record = JSON.stringify(events);
			const isPublic = (events as readonly { type: string }[]).some(({ type }) => publishes.has(type));
			const due = !large.has(id) || version % COMMITS_BETWEEN_LARGE_DOCUMENTS === 0;
			const document = due ? { version, json: JSON.stringify(state), values: fields.map(({ value }) => value(state)) } : undefined;
			if (document && document.json.length > SMALL_DOCUMENT_BYTES) large.add(id);
			return file.write(() => {
				const { changes } = statements().append.run(
					name,
					id,
					version,
					meta.at,
					meta.actor,
					meta.correlationId,
					meta.causationId,
					record,
					isPublic ? 1 : 0,
				);
				if (changes === 0) return false;
				if (document) changed.set(id, document);
				if (isPublic) published();
				return true;
			});
		},

		history: (id) => Promise.resolve(rows<CommitRow>(statements().after, name, id, 0).map(toCommit)),

		find(query) {
			refresh();
			return Promise.resolve(table.find(query));
		},

		count(where) {
			refresh();
			return Promise.resolve(table.count(where));
		},

		async *all() {
			for (let after = ""; ;) {
				const page = table.pageById(after, PAGE);
				for (const { id } of page) {
					const current = load(id); // the document of a large one may be late
					if (current) yield { id, ...current };
				}
				const last = page.at(-1);
				if (!last) return;
				after = last.id;
			}
		},

		async rewrite(id, change) {
			await file.write(() => {
				const commits = rows<CommitRow>(statements().after, name, id, 0);
				for (const { version, events } of commits)
					statements().rewrite.run(JSON.stringify(read(events).map(change)), name, id, version);
				table.delete(id); // so that it is made again from the journal alone
				rewrite(id);
				return true;
			});
		},

		async remove(id) {
			await file.write(() => {
				if (row(statements().waiting, name, id)) return false;
				table.delete(id);
				large.delete(id);
				statements().remove.run(name, id);
				return true;
			});
		},
	};
};
