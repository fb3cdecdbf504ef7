import type { CommitMeta } from "@kernel/cloud-event";

/** Where one aggregate stands: its state after `version` commits. */
export interface Versioned<State> {
	readonly version: number;
	readonly state: State;
}

/** What is there, or what was: of an aggregate that was removed, the state is the initial one, and the next commit is still `version + 1`. */
export interface Loaded<State> extends Versioned<State> {
	readonly removed?: true;
}

export interface Document<State> extends Versioned<State> {
	readonly id: string;
}

export type Scalar = string | number;

/** What a query may compare or sort by. Null is "has none": it is in no index and met by no comparison. */
export interface Field<State> {
	readonly value: (state: State) => Scalar | null;
	readonly indexed?: boolean;
}

/** One kind of aggregate, as its `.store.ts` declares it. */
export interface Kind<State, Event> {
	/** Lower-case letters and underscores: it names tables. */
	readonly name: string;
	/** Raised when the meaning of `fields` or of the state changes: the documents are then made again from the journals. */
	readonly revision: number;
	readonly initial: (id: string) => State;
	readonly evolve: (state: State, event: Event) => State;
	readonly fields: Readonly<Record<string, Field<State>>>;
	/** The types of events that the relay carries to others; all others stay inside. */
	readonly publishes: readonly string[];
	/** Brings an event that an older program wrote to today's form. */
	readonly upcast?: (event: { readonly type: string }) => Event;
	/** Its aggregates may be removed. */
	readonly removable?: true;
	/** `evolve` returns a new state and never changes the one it was given: a store may keep the state of a commit and make its document later. */
	readonly immutable?: true;
	/**
	 * On MongoDB its documents are written up to half a second after their commits, many at once. Queries of the same process wait for them; queries of
	 * other processes see older documents meanwhile, or none. A predicate says for which states that may be so.
	 */
	readonly lateDocuments?: true | ((state: State) => boolean);
	/** What is counted for the metrics when it is committed, by the event's type. */
	readonly counters?: Readonly<Record<string, EventCounter<Event>>>;
}

export interface EventCounter<Event> {
	/** Of the metric: "tianguis_orders_cancelled_total". */
	readonly name: string;
	readonly help: string;
	/** Apart by a word of a closed list; any other counts as "other". */
	readonly label?: { readonly name: string; readonly words: readonly string[]; readonly of: (event: Event) => string };
}

/** What the actors of a collection tell of themselves. */
export interface ActorMetrics {
	observeStats(load: () => { readonly living: number; readonly waiting: number }): void;
	/** So many letters are answered together. */
	batch(letters: number): void;
	/** A letter was refused. */
	full(): void;
}

export interface Commit<Event> extends CommitMeta {
	readonly version: number;
	readonly events: readonly Event[];
}

export type Comparison = Scalar | readonly Scalar[] | { readonly from?: Scalar; readonly before?: Scalar };

/** Over current documents. All conditions must hold; a list is met by any of its values. */
export interface Query {
	readonly where?: Readonly<Record<string, Comparison>>;
	/** Accepts documents that are up to a second behind their journals: for sweeps, which look for what has been untouched for longer. */
	readonly allowStale?: true;
	/** Default: by id. Ties are broken by id, so that pages neither repeat nor skip. Documents without the field are left out. */
	readonly orderBy?: { readonly field: string; readonly descending?: boolean };
	readonly limit: number;
	/** The last document of the page before: its value of the order field, and its id. */
	readonly after?: { readonly value: Scalar; readonly id: string };
}

/**
 * The journals of one kind of aggregate: the commits are the truth, the current document is a view of them that queries read.
 *
 * All that correctness rests on is `commit`: a record with this id and version is inserted, or another writer was first.
 * Every engine passes the same conformance suite.
 */
export interface Collection<State, Event> {
	/** The current document and what was committed after it. */
	load(id: string): Promise<Loaded<State> | undefined>;

	/** The version that `load` would tell, 0 where there is nothing. Another than any that exists where what this process knows is too old: load. */
	version(id: string): Promise<number>;

	/**
	 * Makes the events durable as commit `expected + 1`, where they wait for the relay.
	 *
	 * @param state after the events; read before the call returns, so that the owner may go on changing it. Of an immutable kind it is kept
	 * @returns false where another writer was first, or what this process knows of the aggregate is too old: nothing was written, load again
	 * @throws where the outcome is unknown: load again before you decide anything
	 */
	commit(id: string, expected: number, events: readonly Event[], state: State, meta: CommitMeta): Promise<boolean>;

	/** All commits of one aggregate, the oldest first. */
	history(id: string): Promise<readonly Commit<Event>[]>;

	/** Sees all commits that this process has answered, unless the query accepts less. A kind that declares no fields is not queried. */
	find(query: Query): Promise<readonly Document<State>[]>;

	/** As `find`. */
	count(where: NonNullable<Query["where"]>): Promise<number>;

	/** Every aggregate, in the order of ids, without holding them all in memory. */
	all(): AsyncIterable<Document<State>>;

	/**
	 * Rewrites what the commits of one aggregate say, and its document after them: for the erasure of personal data, and nothing else. Versions,
	 * times and types of events stay. Whoever holds the aggregate in memory must have forgotten the same by then.
	 */
	rewrite(id: string, change: (event: Event) => Event): Promise<void>;

	/**
	 * Forgets an aggregate, journal and all: for what may be forgotten, such as dead carts. Does nothing while it holds what the relay has not published.
	 * Whoever still knows it, on this node or another, cannot commit to it any more.
	 */
	remove(id: string): Promise<void>;

	/** Where somebody measures. */
	readonly meter?: ActorMetrics;
}

/** One aggregate with its whole journal. */
export interface AggregateHistory<State, Event> extends Document<State> {
	readonly history: readonly Commit<Event>[];
}

/** Looks at what is stored and writes nothing, whoever is at work on it. Two engines: SQLite (mixins/store/sqlite/journal-reader), MongoDB (mixins/store/mongo/journal-reader). */
export interface JournalReader {
	/** Whether all is read as it was at one moment. */
	readonly isConsistentSnapshot: boolean;
	/** In the order of ids. */
	read<State, Event>(kind: Kind<State, Event>): AsyncIterable<AggregateHistory<State, Event>>;
	close(): Promise<void>;
}

export interface CommitKey {
	readonly kind: string;
	readonly id: string;
	readonly version: number;
}

/** A commit that the relay has not published yet. */
export interface UnpublishedCommit extends CommitKey {
	readonly meta: CommitMeta;
	readonly events: readonly { readonly type: string }[];
}

/** A durable commit of this process, of a kind that publishes. */
export interface OwnCommit extends CommitKey {
	/** Undefined where it holds nothing to publish: then it only shows that nothing is missing between two commits that do. */
	readonly unpublished: UnpublishedCommit | undefined;
}

/** Where a service keeps its aggregates. Two engines: SQLite (mixins/store/sqlite), MongoDB (mixins/store/mongo). */
export interface Store {
	/** One process owns it: a version read is then a version confirmed, and what was running at the last stop runs no more. */
	readonly exclusive: boolean;

	/** Declares a kind. All are declared before `open`. */
	collection<State, Event>(kind: Kind<State, Event>): Collection<State, Event>;

	/** Makes or migrates tables and indexes. @throws with a sentence for the operator where it cannot */
	open(): Promise<void>;
	close(): Promise<void>;

	/**
	 * The oldest commits that hold something to publish, in the order of each aggregate.
	 *
	 * @param minAgeMs leaves out commits that are younger, where several processes share the store. Default 0
	 */
	unpublished(limit: number, minAgeMs?: number): Promise<readonly UnpublishedCommit[]>;

	/** Unpublished commits of the same aggregates that precede these, whichever process made them. Only where several processes share the store. */
	unpublishedBefore?(commits: readonly CommitKey[]): Promise<readonly UnpublishedCommit[]>;

	/** Marks as published: a batch of `unpublished`, whole and in its order; or, where several processes share the store, any commits. */
	markPublished(batch: readonly UnpublishedCommit[]): Promise<void>;

	/**
	 * The listener is called after each group of commits that may hold something to publish. Where several processes share the store it is given
	 * them, in the order of each aggregate.
	 */
	onCommit(listener: (commits?: readonly OwnCommit[]) => void): void;

	/** Makes documents again that a process left behind their journals when it died. Only where several processes share the store. */
	catchUp?(): Promise<void>;
}
