import { documentInterval, SMALL_DOCUMENT_CHARS } from "../document-policy";
import type { Collection, Commit, Kind, Versioned } from "../port";
import { maintainDocuments } from "./document-maintenance";
import { documents } from "./documents";
import type { SqliteDatabase } from "./database";
import type { Statement, Write } from "./group-writer";
import { appendStatement, metaOf, removeStatement, rewriteStatement, type CommitRow, type Journal } from "./journal";
import type { LateDocuments, WaitingDocument } from "./late-documents";

const PAGE = 256;

export interface SqliteCollection<State, Event> extends Collection<State, Event> {
	/** Called when the file is open. Creates the documents table and brings it up to date. Read-only, it leaves the table as it is. */
	prepare(readOnly: boolean): void;
}

interface Parts<State, Event> {
	readonly file: SqliteDatabase;
	/** Only called once the file is open. */
	readonly journal: () => Journal;
	readonly kind: Kind<State, Event>;
	readonly late: LateDocuments;
	/** Called for each commit with events to publish, once it is durable. */
	readonly published: () => void;
}

export const sqliteCollection = <State, Event>({
	file,
	journal,
	kind,
	late,
	published,
}: Parts<State, Event>): SqliteCollection<State, Event> => {
	const { name, initial, evolve, upcast } = kind;
	const fields = Object.values(kind.fields);
	const isQueried = fields.length > 0;
	const publishes = new Set(kind.publishes);
	const table = documents(file, kind);
	/** Ids of aggregates whose document is large, so that only some commits rewrite it. */
	const large = new Set<string>();
	/** Ids of aggregates whose document lacks commits, with the version of the last commit. Queries write these documents first. */
	const behind = new Map<string, number>();

	const read = (events: string): Event[] => {
		const parsed = JSON.parse(events) as Event[];
		return upcast ? (parsed as { type: string }[]).map(upcast) : parsed;
	};
	const load = (id: string): Versioned<State> | undefined => {
		const document = table.get(id);
		const tail = journal().after(name, id, document?.version ?? 0);
		if (!document && tail.length === 0) return undefined;
		const base = document ? (JSON.parse(document.state) as State) : initial(id);
		return {
			version: tail.at(-1)?.version ?? document?.version ?? 0,
			state: tail.flatMap(({ events }) => read(events)).reduce(evolve, base),
		};
	};
	const put = (id: string, version: number, state: State): Statement => {
		const text = JSON.stringify(state);
		if (text.length > SMALL_DOCUMENT_CHARS) large.add(id);
		else large.delete(id);
		return table.put(
			id,
			version,
			text,
			fields.map(({ value }) => value(state)),
		);
	};
	const putAgain = (id: string): Statement | undefined => {
		const current = load(id);
		return current && put(id, current.version, current.state);
	};
	/** The document to write after commit `version`, if any. It is built now if the owner may still mutate the state, else when it is written. */
	const documentOf = (id: string, version: number, state: State): WaitingDocument | undefined => {
		if (version % documentInterval(isQueried, large.has(id)) !== 0) return undefined;
		if (kind.immutable) return () => put(id, version, state);
		const statement = put(id, version, state);
		return () => statement;
	};
	const writeBehind = async (id: string, version: number): Promise<void> => {
		const statement = putAgain(id);
		if (statement) await file.write({ first: statement, then: [] });
		if (behind.get(id) === version) behind.delete(id);
	};
	/** Writes pending documents, because queries read documents only. */
	const refresh = async (allowStale: boolean): Promise<void> => {
		if (!isQueried) throw new Error(`${name} declares no fields to query`);
		if (!allowStale) await late.flush();
		await Promise.all([...behind].map(([id, version]) => writeBehind(id, version)));
	};
	const toCommit = (row: CommitRow): Commit<Event> => ({ version: row.version, ...metaOf(row), events: read(row.events) });

	/**
	 * Replaces the events of a whole journal; refused if the journal has grown meanwhile. The new document is built from the changed journal alone.
	 * A waiting document of the same version still holds the erased data; its write is refused afterwards.
	 */
	const rewriting = (id: string, commits: readonly CommitRow[], change: (event: Event) => Event): Write => {
		const changed = commits.map(({ version, events }) => ({ version, events: read(events).map(change) }));
		const state = changed.flatMap(({ events }) => events).reduce(evolve, initial(id));
		const last = changed.at(-1)!.version;
		const [first, ...others] = changed.map(({ version, events }, index) =>
			rewriteStatement(name, id, version, JSON.stringify(events), index === 0 ? last : undefined),
		);
		return { first: first!, then: [...others, table.delete(id), put(id, last, state)] };
	};

	return {
		prepare(readOnly) {
			if (readOnly) return;
			maintainDocuments(file, journal(), kind, putAgain);
			for (const { id, version } of table.largerThan(SMALL_DOCUMENT_CHARS)) {
				large.add(id);
				const last = journal().version(name, id);
				if (last > version) behind.set(id, last);
			}
		},

		load: async (id) => load(id),

		version: async (id) => journal().version(name, id),

		async commit(id, expected, events, state, { at, actor, correlationId, causationId, traceparent = null }) {
			const version = expected + 1;
			const isPublic = (events as readonly { type: string }[]).some(({ type }) => publishes.has(type));
			const document = documentOf(id, version, state);
			const seq = journal().nextSeq();
			const meta = { at, actor, correlation: correlationId, causation: causationId, trace: traceparent };
			const first = appendStatement(
				{ seq, kind: name, id, version, ...meta, events: JSON.stringify(events) },
				{ isPublic, continues: kind.removable === true && expected > 0 },
			);
			return file.write({ first, then: [] }, () => {
				late.committed(seq, id, document);
				if (isQueried && !document) behind.set(id, version);
				else behind.delete(id);
				if (isPublic) published();
			});
		},

		history: async (id) => journal().after(name, id, 0).map(toCommit),

		async find(query) {
			await refresh(query.allowStale === true);
			return table.find(query);
		},

		async count(where) {
			await refresh(false);
			return table.count(where);
		},

		/** Reads the ids from the journal, because a document may not be written yet. */
		async *all() {
			for (let after: string | undefined = ""; after !== undefined;) {
				const ids = journal().ids(name, after, PAGE);
				for (const id of ids) {
					const current = load(id);
					if (current) yield { id, ...current };
				}
				after = ids.at(-1);
			}
		},

		async rewrite(id, change) {
			for (let done = false; !done;) {
				const commits = journal().after(name, id, 0);
				if (commits.length === 0) return;
				done = await file.write(rewriting(id, commits, change));
			}
		},

		async remove(id) {
			if (!kind.removable) throw new Error(`${name} is not declared removable`);
			await file.write({ first: removeStatement(name, id), then: [table.delete(id)] }, () => {
				late.removed(id);
				large.delete(id);
				behind.delete(id);
			});
		},
	};
};
