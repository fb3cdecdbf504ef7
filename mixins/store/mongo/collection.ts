import { COMMITS_BETWEEN_LARGE_DOCUMENTS, SMALL_DOCUMENT_CHARS } from "../document-policy";
import type { Collection, Document, Kind } from "../port";
import { markUnavailable, isUnavailable } from "./unavailable-errors";
import type { CollectionSource } from "./connection";
import { documents as documentsOf, hasLateDocument, type DocumentRow } from "./documents";
import { microBatch } from "../../async/micro-batch";
import type { CatchingUp } from "./catch-up";
import { fitsInDocument, journal as journalOf, type CommitRecord, type Journal } from "./journal";
import { GATHERED_MS, UNQUERIED_DELAY_MS, lateDocuments, QUERIED_DELAY_MS } from "./late-documents";
import type { Outcome } from "./insert-outcomes";
import { sinceLastRemoval, stateLoader } from "./state-loader";
import { KEYS_KEPT_MS, removal } from "./removal";
import type { HybridLogicalClock } from "./hybrid-logical-clock";
import { versionCache as versionsOf } from "./version-cache";
import { documentMaintenance as viewsOf } from "./document-maintenance";

const PAGE = 256;

interface Item {
	readonly record: CommitRecord;
	/** Undefined if the document is too large to be written with each commit. */
	readonly document: DocumentRow | undefined;
	/** Whether the document may be written after the commit. */
	readonly isLate: boolean;
}

export interface MongoCollection<State, Event> extends Collection<State, Event>, CatchingUp {
	readonly journal: Journal;
	/** Whether its commits may contain events that the relay publishes. */
	readonly publishes: boolean;
	/** Creates the indexes, and rebuilds documents that do not match the journal. */
	prepare(): Promise<void>;
	/** Deletes the emptied commits of aggregates that were removed more than `KEYS_KEPT_MS` ago. */
	forget(): Promise<void>;
	/** Waits for running commits, then writes the late documents. */
	close(): Promise<void>;
}

/** @param committed called with the records of each batch once they are durable */
export const mongoCollection = <State, Event>(
	source: CollectionSource,
	kind: Kind<State, Event>,
	ticks: HybridLogicalClock,
	committed: (kind: string, records: readonly CommitRecord[]) => void,
): MongoCollection<State, Event> => {
	const { name, removable = false } = kind;
	const publishes = new Set(kind.publishes);
	const queried = Object.keys(kind.fields).length > 0;
	const journal = journalOf(source, name);
	const documents = documentsOf(source, kind);
	const versions = versionsOf(journal, removable);
	const { parse, load, history, current, made } = stateLoader({ kind, journal, documents, ticks });
	const { finish } = removal(journal, documents);
	const large = new Set<string>(); // ids of aggregates whose document is not written with each commit

	const late = lateDocuments(
		async (ids) => (await Promise.all(ids.map((id) => current(id, "document")))).filter((row) => row !== undefined),
		documents.replaceOlder,
		!queried ? UNQUERIED_DELAY_MS : kind.lateDocuments ? GATHERED_MS : QUERIED_DELAY_MS,
	);
	const { prepare, repair } = viewsOf({ source, kind, journal, documents, current });

	/** Writes the documents of committed records. One that may be late, or whose write fails, is queued; the commit is valid without it. */
	const put = async (items: readonly Item[]): Promise<void> => {
		const rows = items.flatMap(({ document, isLate: may }) => (may ? [] : (document ?? [])));
		for (const { record, document, isLate: may } of items) if (may || !document) late.add(record._id.id, record._id.version, document);
		if (rows.length === 0) return;
		try {
			await documents.put(rows);
			for (const { _id, version } of rows) late.written(_id, version);
		} catch {
			// The commits are durable, so only the documents are retried.
			for (const row of rows) late.add(row._id, row.version, row);
		}
	};
	const writer = microBatch<Item, boolean | undefined>(async (items) => {
		const outcomes = await journal.append(items.map(({ record }) => record));
		const withOutcome = (outcome: Outcome): readonly Item[] => items.filter((_, index) => outcomes[index] === outcome);
		const written = withOutcome("written");
		await put(written);
		for (const { record } of withOutcome("unknown")) late.add(record._id.id, record._id.version); // the commit may have been written
		if (publishes.size > 0)
			committed(
				name,
				written.map(({ record }) => record),
			);
		return outcomes.map((outcome) => (outcome === "unknown" ? undefined : outcome === "written"));
	});
	const documentFor = (id: string, version: number, t: number, state: State): DocumentRow | undefined => {
		if (large.has(id) && version % COMMITS_BETWEEN_LARGE_DOCUMENTS !== 0) return undefined;
		const row = documents.row(id, version, t, state);
		if (row.state.length > SMALL_DOCUMENT_CHARS) large.add(id);
		else large.delete(id);
		return fitsInDocument(row.state) ? row : undefined;
	};
	/** Queries match the stored fields of a document. A document of another form is loaded again, so that results have the current form. */
	const toDocument = async ({ _id, version, form, state }: DocumentRow): Promise<Document<State> | undefined> =>
		form === documents.form ? { id: _id, version, state: JSON.parse(state) as State } : there(_id);
	const there = async (id: string): Promise<Document<State> | undefined> => {
		const found = await load(id);
		return found && !found.removed ? { id, version: found.version, state: found.state } : undefined;
	};
	/** Iterates over the journal, because aggregates of a kind without fields may have no document yet. */
	async function* byJournal(): AsyncIterable<Document<State>> {
		const ids: string[] = [];
		const page = async () => (await Promise.all(ids.splice(0).map(there))).filter((document) => document !== undefined);
		for await (const id of journal.ids()) if (ids.push(id) === PAGE) yield* await page();
		yield* await page();
	}
	async function* byDocument(): AsyncIterable<Document<State>> {
		for (let after = ""; ;) {
			const page = await documents.page(after, PAGE);
			const [first, last] = [page[0], page.at(-1)];
			if (!first || !last) return;
			const lasts = await journal.lasts(first._id, last._id);
			const isCurrent = ({ _id, version, form }: DocumentRow) => form === documents.form && version === lasts.get(_id);
			const found = await Promise.all(page.map((row) => (isCurrent(row) ? toDocument(row) : there(row._id))));
			yield* found.filter((document) => document !== undefined);
			after = last._id;
		}
	}

	return {
		kind: name,
		form: documents.form,
		journal,
		publishes: publishes.size > 0,
		repair,

		async prepare() {
			await Promise.all([journal.prepare(removable), documents.prepare()]).catch((cause: unknown) => {
				if (isUnavailable(cause)) throw cause;
				throw new Error(`creating an index of ${name} or ${name}_journal in MongoDB failed: ${(cause as Error).message}`, {
					cause,
				});
			});
			await prepare();
		},
		async forget() {
			if (removable) await journal.forget((await source.now()) - KEYS_KEPT_MS);
		},
		async close() {
			await writer.idle();
			await late.close();
		},

		async load(id) {
			const found = await load(id);
			if (found) versions.learn(id, found.version);
			return found;
		},

		version: (id) => versions.get(id),

		async commit(id, expected, events, state, { at, actor, correlationId, causationId, traceparent }) {
			if (expected > 0 && !versions.isComparable(id)) return false;
			const version = expected + 1;
			const t = ticks.next();
			const waiting = (events as readonly { type: string }[]).some(({ type }) => publishes.has(type));
			const text = JSON.stringify(events);
			if (!fitsInDocument(text)) throw new Error(`commit ${version} of ${name} ${id} is too large`);
			const meta = {
				at,
				actor,
				correlation: correlationId,
				causation: causationId,
				...(traceparent !== undefined && { trace: traceparent }),
			};
			const record = { _id: { id, version }, t, waiting, ...meta, events: text };
			const written = await writer.add({
				record,
				document: documentFor(id, version, t, state),
				isLate: hasLateDocument(kind, state),
			});
			if (written === undefined) throw markUnavailable(new Error(`commit ${version} of ${name} ${id} has an unknown outcome`));
			if (written) versions.learn(id, version);
			return written;
		},

		history,

		async find(query) {
			if (!query.allowStale) await late.flush();
			const found = await Promise.all((await documents.find(query)).map(toDocument));
			return found.filter((document) => document !== undefined);
		},

		async count(where) {
			await late.flush();
			return documents.count(where);
		},

		async *all() {
			await late.flush();
			yield* queried ? byDocument() : byJournal();
		},

		async rewrite(id, change) {
			for (let done = 0; ;) {
				const commits = sinceLastRemoval(await journal.after(id, 0));
				const last = commits.at(-1);
				if (!last) return;
				const rewritten = commits.map((record) => ({
					...record,
					events: record._id.version <= done ? record.events : JSON.stringify(parse(record.events).map(change)),
				}));
				await journal.rewrite(rewritten.filter(({ _id }) => _id.version > done).map(({ _id, events }) => ({ key: _id, events })));
				done = last._id.version;
				const row = made(id, rewritten);
				await documents.put(row ? [row] : [], "same");
				if ((await journal.last(id))?._id.version === done) return;
			}
		},

		async remove(id) {
			if (!removable) throw new Error(`${name} is not declared forgettable`);
			for (;;) {
				if (await journal.waits(id)) return;
				const found = await load(id);
				if (!found || found.removed) return;
				const version = found.version + 1;
				const gone = await source.now();
				const unsigned = { at: gone, actor: "", correlation: "", causation: "" };
				const last = { _id: { id, version }, t: ticks.next(), waiting: false, ...unsigned, gone, events: "[]" };
				const [outcome] = await journal.append([last]);
				if (outcome === "taken") continue;
				if (outcome === "unknown") throw markUnavailable(new Error(`removal of ${name} ${id} has an unknown outcome`));
				await finish(id, last);
				versions.learn(id, version);
				late.written(id, version);
				large.delete(id);
				return;
			}
		},
	};
};
