import { COMMITS_BETWEEN_LARGE_DOCUMENTS, SMALL_DOCUMENT } from "../documents";
import type { Collection, Commit, Document, Kind } from "../port";
import type { Source } from "./connection";
import { documents as documentsOf, type DocumentRow } from "./documents";
import { groups } from "./groups";
import { fits, journal as journalOf, type CommitRecord, type Journal } from "./journal";
import { lateDocuments } from "./late";
import { loads } from "./loads";
import type { Ticks } from "./ticks";
import { versions as versionsOf } from "./versions";
import { views as viewsOf } from "./views";

const PAGE = 256;

interface Item {
	readonly record: CommitRecord;
	/** Undefined where it may be late. */
	readonly document: DocumentRow | undefined;
}

export interface MongoCollection<State, Event> extends Collection<State, Event> {
	readonly kind: string;
	readonly journal: Journal;
	/** Makes the indexes, and the documents where they are not what the journals say. */
	prepare(): Promise<void>;
	/** Repairs what other nodes left behind. */
	catchUp(): Promise<void>;
	/** Waits for what is under way, and writes the documents that are late. */
	close(): Promise<void>;
}

/** @param published told of each group that holds something to publish, once it is durable */
export const mongoCollection = <State, Event>(
	source: Source,
	kind: Kind<State, Event>,
	ticks: Ticks,
	published: () => void,
): MongoCollection<State, Event> => {
	const { name, initial, evolve, upcast } = kind;
	const publishes = new Set(kind.publishes);
	const journal = journalOf(source, name);
	const documents = documentsOf(source, kind);
	const versions = versionsOf(journal);
	const large = new Set<string>(); // ids whose document is not written with each commit

	const parse = (events: string): Event[] => {
		const parsed = JSON.parse(events) as Event[];
		return upcast ? (parsed as { type: string }[]).map(upcast) : parsed;
	};
	const replay = (base: { version: number; t: number; state: State }, tail: readonly CommitRecord[]) => {
		const last = tail.at(-1);
		const now = { version: last?._id.version ?? base.version, t: last?.t ?? base.t };
		ticks.seen(now.t);
		return { ...now, state: tail.flatMap(({ events }) => parse(events)).reduce(evolve, base.state) };
	};
	const whole = ({ version, t, state }: DocumentRow) => replay({ version, t, state: JSON.parse(state) as State }, []);
	/** A document that a removed aggregate left, or that is of another form, does not count. */
	const beside = async (id: string, found: DocumentRow | undefined) => {
		const last = await journal.last(id); // asked after the document was read
		if (found && found.version > last) await documents.delete(id, found.version);
		if (last === 0) return undefined;
		const base = found?.form === documents.form && found.version <= last ? whole(found) : { version: 0, t: 0, state: initial(id) };
		return replay(base, base.version < last ? await journal.after(id, base.version) : []);
	};
	const read = loads(documents, journal, false);
	const load = async (id: string) => {
		const found = await read(id);
		if (found.is === "nothing") return undefined;
		return found.is === "document" ? whole(found.document) : beside(id, found.document);
	};
	const current = async (id: string, from: "journal" | "document"): Promise<DocumentRow | undefined> => {
		const found = from === "document" ? await load(id) : replay({ version: 0, t: 0, state: initial(id) }, await journal.after(id, 0));
		if (!found || found.version === 0) return undefined;
		const row = documents.row(id, found.version, found.t, found.state);
		return fits(row.state) ? row : undefined;
	};
	const late = lateDocuments(async (ids) => {
		const rows = (await Promise.all(ids.map((id) => current(id, "document")))).filter((row) => row !== undefined);
		await documents.put(rows);
		return rows;
	});
	const views = viewsOf({ source, kind, journal, documents, current });

	/** A document that could not be written is late; the commit holds all the same. */
	const put = async (items: readonly Item[]): Promise<void> => {
		for (const { record, document } of items) if (!document) late.add(record._id.id, record._id.version);
		const rows = items.flatMap(({ document }) => document ?? []);
		try {
			const [begun, grown] = [rows.filter(({ version }) => version === 1), rows.filter(({ version }) => version > 1)];
			await Promise.all([documents.insert(begun), documents.put(grown)]);
			for (const { _id, version } of rows) late.written(_id, version);
		} catch {
			for (const { _id, version } of rows) late.add(_id, version);
		}
	};
	const writer = groups<Item, boolean | undefined>(async (items) => {
		const outcomes = await journal.append(items.map(({ record }) => record));
		const written = items.filter((_, index) => outcomes[index] === "written");
		await put(written);
		if (written.some(({ record }) => record.waiting)) published();
		return outcomes.map((outcome) => (outcome === "unknown" ? undefined : outcome === "written"));
	});
	const documentFor = (id: string, version: number, t: number, state: State): DocumentRow | undefined => {
		if (large.has(id) && version % COMMITS_BETWEEN_LARGE_DOCUMENTS !== 0) return undefined;
		const row = documents.row(id, version, t, state);
		if (row.state.length > SMALL_DOCUMENT) large.add(id);
		else large.delete(id);
		return fits(row.state) ? row : undefined;
	};
	/** Queries meet what the fields of documents say; what is told of them is in today's form. */
	const toDocument = async ({ _id, version, form, state }: DocumentRow): Promise<Document<State> | undefined> => {
		if (form === documents.form) return { id: _id, version, state: JSON.parse(state) as State };
		const found = await load(_id);
		return found && { id: _id, version: found.version, state: found.state };
	};

	return {
		kind: name,
		journal,

		async prepare() {
			await Promise.all([journal.prepare(), documents.prepare()]).catch((cause: unknown) => {
				throw new Error(`an index of ${name} or ${name}_journal cannot be made in MongoDB: ${(cause as Error).message}`, { cause });
			});
			await views.prepare();
		},
		catchUp: () => views.catchUp(),
		async close() {
			await writer.idle();
			await late.close();
		},

		async load(id) {
			const found = await load(id);
			if (found) versions.learn(id, found.version);
			return found && { version: found.version, state: found.state };
		},

		version: (id) => versions.get(id),

		async commit(id, expected, events, state, { at, actor, correlationId, causationId, traceparent }) {
			const version = expected + 1;
			const t = ticks.next();
			const waiting = (events as readonly { type: string }[]).some(({ type }) => publishes.has(type));
			const text = JSON.stringify(events);
			if (!fits(text)) throw new Error(`commit ${version} of ${name} ${id} is too large`);
			const meta = {
				at,
				actor,
				correlation: correlationId,
				causation: causationId,
				...(traceparent !== undefined && { trace: traceparent }),
			};
			const record = { _id: { id, version }, t, waiting, ...meta, events: text };
			const written = await writer.add({ record, document: documentFor(id, version, t, state) });
			if (written === undefined) throw new Error(`nobody knows whether commit ${version} of ${name} ${id} was written`);
			if (written) versions.learn(id, version);
			return written;
		},

		history: async (id) =>
			(await journal.after(id, 0)).map(({ _id, at, actor, correlation, causation, trace, events }): Commit<Event> => ({
				version: _id.version,
				at,
				actor,
				correlationId: correlation,
				causationId: causation,
				...(trace !== undefined && { traceparent: trace }),
				events: parse(events),
			})),

		async find(query) {
			await late.flush();
			const found = await Promise.all((await documents.find(query)).map(toDocument));
			return found.filter((document) => document !== undefined);
		},

		async count(where) {
			await late.flush();
			return documents.count(where);
		},

		async *all() {
			await late.flush();
			for (let after = ""; ;) {
				const page = await documents.page(after, PAGE);
				const [first, last] = [page[0], page.at(-1)];
				if (!first || !last) return;
				const lasts = await journal.lasts(first._id, last._id);
				for (const row of page) {
					const isCurrent = row.form === documents.form && row.version === lasts.get(row._id);
					const found = isCurrent ? { version: row.version, state: JSON.parse(row.state) as State } : await load(row._id);
					if (found) yield { id: row._id, version: found.version, state: found.state };
				}
				after = last._id;
			}
		},

		async rewrite(id, change) {
			for (let done = 0; ;) {
				const commits = await journal.after(id, 0);
				const last = commits.at(-1);
				if (!last) return;
				const rewritten = commits.map((record) => ({
					...record,
					events: record._id.version <= done ? record.events : JSON.stringify(parse(record.events).map(change)),
				}));
				await journal.rewrite(rewritten.filter(({ _id }) => _id.version > done).map(({ _id, events }) => ({ key: _id, events })));
				done = last._id.version;
				const { version, t, state } = replay({ version: 0, t: 0, state: initial(id) }, rewritten);
				const row = documents.row(id, version, t, state);
				await documents.put(fits(row.state) ? [row] : [], "same");
				if ((await journal.last(id)) === done) return;
			}
		},

		async remove(id) {
			if (await journal.waits(id)) return;
			const row = await current(id, "document");
			if (!row) return;
			await documents.put([row]); // while the journal goes, the document is all there is
			await journal.remove(id, row.version);
			await documents.delete(id, row.version);
			late.written(id, row.version);
			large.delete(id);
		},
	};
};
