import { COMMITS_BETWEEN_LARGE_DOCUMENTS, fingerprint, SMALL_DOCUMENT } from "../documents";
import type { Collection, Commit, Kind, Versioned } from "../port";
import { createTable, documents, type Documents } from "./documents";
import { row, rows, type SqliteFile, type Statement, type Write } from "./file";

interface CommitRow {
	readonly version: number;
	readonly at: number;
	readonly actor: string;
	readonly correlation: string;
	readonly causation: string;
	readonly trace: string | null;
	readonly events: string;
}

const PAGE = 256;

const APPEND =
	"INSERT INTO journal (kind, id, version, at, actor, correlation, causation, trace, events, public) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
/** Of what may be removed, a commit needs the one before it: whoever still knows what was removed cannot write to it. */
const APPEND_AFTER =
	"INSERT INTO journal (kind, id, version, at, actor, correlation, causation, trace, events, public) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM journal WHERE kind = ? AND id = ? AND version = ?) ON CONFLICT DO NOTHING";
const NEWER = "SELECT 1 FROM journal WHERE kind = ? AND id = ? AND version > ?";
const WAITING = "SELECT 1 FROM journal WHERE kind = ? AND id = ? AND public = 1 AND seq > (SELECT seq FROM relay WHERE name = 'published')";
const REMOVE = `DELETE FROM journal WHERE kind = ? AND id = ? AND NOT EXISTS (${WAITING})`;
const REWRITE = "UPDATE journal SET events = ? WHERE kind = ? AND id = ? AND version = ?";

/** What all kinds read of the journal. */
export const journal = (file: SqliteFile) => ({
	after: file.prepare(
		"SELECT version, at, actor, correlation, causation, trace, events FROM journal WHERE kind = ? AND id = ? AND version > ? ORDER BY version",
	),
	last: file.prepare("SELECT max(version) AS version FROM journal WHERE kind = ? AND id = ?"),
	ids: file.prepare("SELECT DISTINCT id FROM journal WHERE kind = ? AND id > ? ORDER BY id LIMIT ?"),
});

export type JournalStatements = ReturnType<typeof journal>;

export interface SqliteCollection<State, Event> extends Collection<State, Event> {
	/** Makes or rebuilds the table of documents where it is not what the kind declares. A reader takes it as it is. */
	prepare(readOnly: boolean): void;
}

/** @param published told of each commit that holds something to publish, once it is durable */
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
	let reading = false;
	const large = new Set<string>(); // ids whose document is written only now and then
	const late = new Map<string, number>(); // those of them whose document may be behind, and the version that it lacks
	/** Small documents that are written a moment later, all that changed meanwhile at once. */
	const soon = new Map<string, Versioned<State> | Statement>(); // what is to be written, where the state goes on changing in place

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
	const put = (id: string, version: number, state: State): Statement =>
		table.put(
			id,
			version,
			JSON.stringify(state),
			fields.map(({ value }) => value(state)),
		);
	const writeLate = async (id: string): Promise<void> => {
		const current = load(id);
		if (current) await file.write({ first: put(id, current.version, current.state), then: [] });
		if ((late.get(id) ?? Infinity) <= (current?.version ?? Infinity)) late.delete(id);
	};
	const takeSoon = (): Statement[] => {
		const due = [...soon].map(([id, known]) => {
			const document = "sql" in known ? known : put(id, known.version, known.state);
			if (String(document.values[2]).length > SMALL_DOCUMENT) large.add(id);
			return document;
		});
		soon.clear();
		return due;
	};
	/** Queries see documents: those that are late are written first. */
	const refresh = async (): Promise<void> => {
		if (soon.size > 0) await file.flush();
		await Promise.all([...late.keys()].map(writeLate));
	};
	const rebuild = (): void => {
		createTable(file, kind);
		table = documents(file, kind);
		for (let after = ""; ;) {
			const ids = rows<{ id: string }>(statements().ids, name, after, PAGE).map(({ id }) => id);
			for (const id of ids) {
				const current = load(id);
				if (!current) continue;
				const { sql, values } = put(id, current.version, current.state);
				file.prepare(sql).run(...values);
			}
			const last = ids.at(-1);
			if (last === undefined) return;
			after = last;
		}
	};
	const toCommit = ({ version, at, actor, correlation, causation, trace, events }: CommitRow): Commit<Event> => ({
		version,
		at,
		actor,
		correlationId: correlation,
		causationId: causation,
		...(trace !== null && { traceparent: trace }),
		events: read(events),
	});
	/** All of a journal changed, unless it has grown meanwhile; its document is made of the journal alone. */
	const rewriting = (id: string, change: (event: Event) => Event): Write | undefined => {
		const commits = rows<CommitRow>(statements().after, name, id, 0);
		const last = commits.at(-1);
		if (!last) return undefined;
		const changed = commits.map(({ version, events }) => ({ version, events: read(events).map(change) }));
		const state = changed.flatMap(({ events }) => events).reduce(evolve, initial(id));
		const update =
			(suffix: string, more: readonly (string | number)[]) =>
			(commit: (typeof changed)[number]): Statement => ({
				sql: REWRITE + suffix,
				values: [JSON.stringify(commit.events), name, id, commit.version, ...more],
			});
		const [first, ...others] = changed;
		return {
			first: update(` AND NOT EXISTS (${NEWER})`, [name, id, last.version])(first!),
			then: [...others.map(update("", [])), table.delete(id), put(id, last.version, state)],
		};
	};

	return {
		prepare(readOnly) {
			const wanted = fingerprint(kind);
			const found = row<{ fingerprint: string }>(file.prepare("SELECT fingerprint FROM kinds WHERE kind = ?"), name)?.fingerprint;
			if (!readOnly && found !== wanted) {
				file.transaction(() => {
					rebuild();
					file.prepare("INSERT OR REPLACE INTO kinds VALUES (?, ?)").run(name, wanted);
				});
			}
			table = documents(file, kind);
			reading = readOnly;
			if (readOnly) return;
			file.onFlush(takeSoon);
			// What a process that died had not written yet.
			const behind = rows<{ id: string }>(
				file.prepare("SELECT DISTINCT id FROM journal WHERE seq > (SELECT seq FROM relay WHERE name = 'documents') AND kind = ?"),
				name,
			);
			for (const { id } of behind) {
				const current = load(id);
				if (!current) continue;
				const { sql, values } = put(id, current.version, current.state);
				file.prepare(sql).run(...values);
			}
			const size = file.prepare(`SELECT id FROM doc_${name} WHERE length(state) > ?`);
			for (const { id } of rows<{ id: string }>(size, SMALL_DOCUMENT)) {
				large.add(id);
				late.set(id, 0); // whether it is behind is not known
			}
		},

		load: async (id) => {
			if (file.isWriting(`${name} ${id}`)) await file.durable();
			return load(id);
		},

		version: async (id) => (await file.durable(), row<{ version: number | null }>(statements().last, name, id)?.version ?? 0),

		async commit(id, expected, events, state, meta) {
			const version = expected + 1;
			const isPublic = (events as readonly { type: string }[]).some(({ type }) => publishes.has(type));
			const then: Statement[] = [];
			const isSoon = !large.has(id);
			const document = isSoon ? (kind.immutable ? { version, state } : put(id, version, state)) : undefined;
			if (!isSoon && version % COMMITS_BETWEEN_LARGE_DOCUMENTS === 0) then.push(put(id, version, state));
			const { at, actor, correlationId, causationId, traceparent = null } = meta;
			const text = JSON.stringify(events);
			const values = [name, id, version, at, actor, correlationId, causationId, traceparent, text, isPublic ? 1 : 0];
			const append =
				kind.forgettable && expected > 0 ? { sql: APPEND_AFTER, values: [...values, name, id, expected] } : { sql: APPEND, values };
			const written = await file.write({ first: append, then }, `${name} ${id}`);
			if (written && document) {
				soon.set(id, document);
				file.flushSoon();
			} else if (written && then.length === 0) late.set(id, version);
			if (written && isPublic) published();
			return written;
		},

		async history(id) {
			await file.durable();
			return rows<CommitRow>(statements().after, name, id, 0).map(toCommit);
		},

		async find(query) {
			if (query.allowStale !== true) await refresh();
			await file.durable();
			return table.find(query);
		},

		async count(where) {
			await refresh();
			await file.durable();
			return table.count(where);
		},

		async *all() {
			if (!reading) await refresh();
			else {
				// Of a file that another process writes, some documents may not be there yet.
				for (let after = ""; ;) {
					const ids = rows<{ id: string }>(statements().ids, name, after, PAGE).map(({ id }) => id);
					for (const id of ids) {
						const current = load(id);
						if (current) yield { id, ...current };
					}
					const last = ids.at(-1);
					if (last === undefined) return;
					after = last;
				}
			}
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
			soon.delete(id);
			for (let done = false; !done;) {
				const write = rewriting(id, change);
				done = write === undefined || (await file.write(write));
			}
		},

		async remove(id) {
			if (!kind.forgettable) throw new Error(`${name} is not declared forgettable`);
			const waiting = soon.get(id);
			soon.delete(id);
			const removed = await file.write({ first: { sql: REMOVE, values: [name, id, name, id] }, then: [table.delete(id)] });
			if (!removed) {
				if (waiting && !soon.has(id)) soon.set(id, waiting);
				return;
			}
			large.delete(id);
			late.delete(id);
		},
	};
};
