import type { Commit, Kind, Loaded } from "../port";
import type { Documents, DocumentRow } from "./documents";
import { fitsInDocument, type CommitRecord, type Journal } from "./journal";
import { batchedLoader } from "./batched-loader";
import { removal } from "./removal";
import type { HybridLogicalClock } from "./hybrid-logical-clock";

interface Base<State> {
	readonly version: number;
	readonly t: number;
	readonly state: State;
}

interface Parts<State, Event> {
	readonly kind: Kind<State, Event>;
	readonly journal: Journal;
	readonly documents: Documents<State>;
	readonly ticks: HybridLogicalClock;
}

/** The records after the last removal; all records if there was none. */
export const sinceLastRemoval = (records: readonly CommitRecord[]): readonly CommitRecord[] =>
	records.slice(records.findLastIndex(({ gone }) => gone !== undefined) + 1);

const parser =
	<Event>({ upcast }: Pick<Kind<never, Event>, "upcast">) =>
	(events: string): Event[] => {
		const parsed = JSON.parse(events) as Event[];
		return upcast ? (parsed as { type: string }[]).map(upcast) : parsed;
	};

export const commitOf = <Event>(
	kind: Pick<Kind<never, Event>, "upcast">,
	{ _id, at, actor, correlation, causation, trace, events }: CommitRecord,
): Commit<Event> => ({
	version: _id.version,
	at,
	actor,
	correlationId: correlation,
	causationId: causation,
	...(trace !== undefined && { traceparent: trace }),
	events: parser(kind)(events),
});

/** Loads states from the journal and the documents of one kind. */
export const stateLoader = <State, Event>({ kind, journal, documents, ticks }: Parts<State, Event>) => {
	const { initial, evolve, removable = false } = kind;
	const ask = batchedLoader(documents, journal, removable);
	const { finish } = removal(journal, documents);

	const parse = parser(kind);
	const nothing = (id: string): Base<State> => ({ version: 0, t: 0, state: initial(id) });
	const whole = ({ version, t, state }: DocumentRow): Base<State> => {
		ticks.observe(t);
		return { version, t, state: JSON.parse(state) as State };
	};
	const replay = (base: Base<State>, tail: readonly CommitRecord[]): Base<State> => {
		const last = tail.at(-1);
		if (!last) return base;
		ticks.observe(last.t);
		return { version: last._id.version, t: last.t, state: tail.flatMap(({ events }) => parse(events)).reduce(evolve, base.state) };
	};
	/** Loads from the journal, starting at the document if it is usable. A document of a removed aggregate or of another form is not. */
	const beside = async (id: string, found: DocumentRow | undefined): Promise<(Base<State> & { gone?: true }) | undefined> => {
		const last = await journal.last(id); // must be read after the document
		if (found && found.version > (last?._id.version ?? 0)) await documents.delete(id, found.version);
		if (!last) return undefined;
		const { version } = last._id;
		if (last.gone !== undefined) {
			ticks.observe(last.t);
			if (found) await documents.delete(id, version); // another node wrote it during the removal
			await finish(id, last);
			return { ...nothing(id), version, t: last.t, gone: true };
		}
		const usable = found?.form === documents.form && found.version <= version ? found : undefined;
		const tail = usable?.version === version ? [] : await journal.after(id, usable?.version ?? 0);
		const since = sinceLastRemoval(tail);
		return replay(usable && since.length === tail.length ? whole(usable) : nothing(id), since);
	};
	const load = async (id: string): Promise<(Base<State> & { gone?: true }) | undefined> => {
		const found = await ask(id);
		if (found.is === "nothing") return undefined;
		return found.is === "document" ? whole(found.document) : beside(id, found.document);
	};
	const row = ({ version, t, state }: Base<State>, id: string): DocumentRow | undefined => {
		const made = documents.row(id, version, t, state);
		return fitsInDocument(made.state) ? made : undefined;
	};

	return {
		parse,

		async load(id: string): Promise<Loaded<State> | undefined> {
			const found = await load(id);
			return found && { version: found.version, state: found.state, ...(found.gone && { removed: true }) };
		},

		history: async (id: string): Promise<readonly Commit<Event>[]> =>
			sinceLastRemoval(await journal.after(id, 0)).map((record) => commitOf(kind, record)),

		/** The current document; undefined if the aggregate does not exist or its state is too large for a document. */
		async current(id: string, from: "journal" | "document"): Promise<DocumentRow | undefined> {
			if (from === "journal") {
				const tail = sinceLastRemoval(await journal.after(id, 0));
				return tail.length === 0 ? undefined : row(replay(nothing(id), tail), id);
			}
			const found = await load(id);
			return found && !found.gone ? row(found, id) : undefined;
		},

		/** The document made from records that are already loaded. */
		made: (id: string, records: readonly CommitRecord[]): DocumentRow | undefined => row(replay(nothing(id), records), id),
	};
};

export type StateLoader<State, Event> = ReturnType<typeof stateLoader<State, Event>>;
