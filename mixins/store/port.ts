import type { CommitMeta } from "@kernel/cloud-event";

/** State of one aggregate after `version` commits. */
export interface Versioned<State> {
	readonly version: number;
	readonly state: State;
}

/** A loaded aggregate. If it was removed, the state is the initial one and the next commit is still `version + 1`. */
export interface Loaded<State> extends Versioned<State> {
	readonly removed?: true;
}

export interface Document<State> extends Versioned<State> {
	readonly id: string;
}

export type Scalar = string | number;

/** A value that queries may filter or sort by. Null means no value: it is not indexed and matches no comparison. */
export interface Field<State> {
	readonly value: (state: State) => Scalar | null;
	readonly indexed?: boolean;
}

/** One kind of aggregate, as its `.store.ts` declares it. */
export interface Kind<State, Event> {
	/** Lower-case letters and underscores, because tables are named after it. */
	readonly name: string;
	/** Increased when the meaning of `fields` or of the state changes. The documents are then rebuilt from the journals. */
	readonly revision: number;
	readonly initial: (id: string) => State;
	readonly evolve: (state: State, event: Event) => State;
	readonly fields: Readonly<Record<string, Field<State>>>;
	/** The event types that the relay publishes. All others stay private. */
	readonly publishes: readonly string[];
	/** Converts an event that an older program wrote to the current form. */
	readonly upcast?: (event: { readonly type: string }) => Event;
	/** Allows `Collection.remove`. */
	readonly removable?: true;
	/** `evolve` never mutates the state it is given. A store may therefore retain the state of a commit and write its document later. */
	readonly immutable?: true;
	/**
	 * On MongoDB, documents are written in batches up to half a second after their commits. Queries of the same process wait for them. Until then,
	 * queries of other processes see older documents, or none. A predicate restricts this to the states for which it returns true.
	 */
	readonly lateDocuments?: true | ((state: State) => boolean);
	/** Metric counters that committed events increment, by event type. */
	readonly counters?: Readonly<Record<string, EventCounter<Event>>>;
}

export interface EventCounter<Event> {
	/** Metric name, such as "tianguis_orders_cancelled_total". */
	readonly name: string;
	readonly help: string;
	/** Label with a closed list of values. Any other value counts as "other". */
	readonly label?: { readonly name: string; readonly words: readonly string[]; readonly of: (event: Event) => string };
}

/** Receives the measurements of a collection's actors. */
export interface ActorMetrics {
	observeStats(load: () => { readonly living: number; readonly waiting: number }): void;
	/** Called with the number of messages that are processed in one batch. */
	batch(letters: number): void;
	/** Called when a full mailbox rejects a message. */
	full(): void;
}

export interface Commit<Event> extends CommitMeta {
	readonly version: number;
	readonly events: readonly Event[];
}

export type Comparison = Scalar | readonly Scalar[] | { readonly from?: Scalar; readonly before?: Scalar };

/** A query over current documents. All conditions must hold; a list matches any of its values. */
export interface Query {
	readonly where?: Readonly<Record<string, Comparison>>;
	/** Accepts documents that lag up to a second behind their journals. Meant for sweeps, which look for aggregates unchanged for longer. */
	readonly allowStale?: true;
	/** Default: by id. Ties are broken by id, so that pages neither repeat nor skip documents. Documents without the field are omitted. */
	readonly orderBy?: { readonly field: string; readonly descending?: boolean };
	readonly limit: number;
	/** Last document of the previous page: its value of the order field and its id. */
	readonly after?: { readonly value: Scalar; readonly id: string };
}

/**
 * The journals of one kind of aggregate. The commits are authoritative; the current document is a view of them for queries.
 *
 * Correctness rests on `commit` alone: it inserts a record with this id and version, or fails because another writer was first.
 * Every engine passes the same conformance suite.
 */
export interface Collection<State, Event> {
	/** Applies the commits after the current document to it. Undefined if the aggregate does not exist. */
	load(id: string): Promise<Loaded<State> | undefined>;

	/**
	 * The version that `load` would return; 0 if the aggregate does not exist. If this process's knowledge of the aggregate is too old to be
	 * compared, the result equals no existing version, so the caller loads again.
	 */
	version(id: string): Promise<number>;

	/**
	 * Makes the events durable as commit `expected + 1`, for the relay to publish.
	 *
	 * @param state after the events. It is read before the call returns, so the owner may mutate it later; of an immutable kind it is retained
	 * @returns false on a conflict: another writer was first, or this process's knowledge is too old. Nothing was written; load again
	 * @throws if the outcome is unknown: load again before the next decision
	 */
	commit(id: string, expected: number, events: readonly Event[], state: State, meta: CommitMeta): Promise<boolean>;

	/** All commits of one aggregate, oldest first. */
	history(id: string): Promise<readonly Commit<Event>[]>;

	/** Sees every commit that this process has confirmed, unless the query sets `allowStale`. A kind without fields cannot be queried. */
	find(query: Query): Promise<readonly Document<State>[]>;

	/** Counts documents, as current as those of `find`. */
	count(where: NonNullable<Query["where"]>): Promise<number>;

	/** Every aggregate in the order of ids, streamed in pages. */
	all(): AsyncIterable<Document<State>>;

	/**
	 * Rewrites the events of one aggregate and then its document. It exists only for the erasure of personal data. `change` must preserve the event
	 * types; versions and times stay. Actors that hold the aggregate in memory must have erased the same data before.
	 */
	rewrite(id: string, change: (event: Event) => Event): Promise<void>;

	/**
	 * Deletes an aggregate with its journal, for example an abandoned cart. Does nothing while the journal holds unpublished commits. An actor that
	 * still holds the aggregate, on any node, can no longer commit to it.
	 */
	remove(id: string): Promise<void>;

	/** Undefined if the store is not measured. */
	readonly meter?: ActorMetrics;
}

/** One aggregate with its whole journal. */
export interface AggregateHistory<State, Event> extends Document<State> {
	readonly history: readonly Commit<Event>[];
}

/**
 * Reads the stored data without writing, even while other processes write to it.
 * Two engines: SQLite (mixins/store/sqlite/journal-reader) and MongoDB (mixins/store/mongo/journal-reader).
 */
export interface JournalReader {
	/** Whether all reads see the data of a single point in time. */
	readonly isConsistentSnapshot: boolean;
	/** All aggregates of a kind, in the order of ids. */
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
	/** Undefined if the commit holds nothing to publish. Such a commit only proves that none is missing between its neighbours. */
	readonly unpublished: UnpublishedCommit | undefined;
}

/** Stores the aggregates of the services. Two engines: SQLite (mixins/store/sqlite) and MongoDB (mixins/store/mongo). */
export interface Store {
	/** Whether one process owns the store. A version that was read then needs no confirmation, and no work of an earlier run is in progress. */
	readonly exclusive: boolean;

	/** Declares a kind. All kinds must be declared before `open`. */
	collection<State, Event>(kind: Kind<State, Event>): Collection<State, Event>;

	/** Creates or migrates tables and indexes. @throws an error with a message for the operator */
	open(): Promise<void>;
	close(): Promise<void>;

	/**
	 * The oldest unpublished commits, in the order of each aggregate.
	 *
	 * @param minAgeMs minimum age of the commits, in milliseconds. Only a shared store applies it. Default: 0
	 */
	unpublished(limit: number, minAgeMs?: number): Promise<readonly UnpublishedCommit[]>;

	/** Unpublished commits of any process that precede these in the same aggregates. Only a shared store has it. */
	unpublishedBefore?(commits: readonly CommitKey[]): Promise<readonly UnpublishedCommit[]>;

	/** Marks commits as published. An exclusive store needs a whole batch of `unpublished` in its order; a shared store accepts any commits. */
	markPublished(batch: readonly UnpublishedCommit[]): Promise<void>;

	/**
	 * Calls the listener after each group of commits that may hold something to publish. A shared store passes the commits, in the order of each
	 * aggregate.
	 */
	onCommit(listener: (commits?: readonly OwnCommit[]) => void): void;

	/** Rebuilds documents that a crashed process left behind their journals. Only a shared store has it. */
	catchUp?(): Promise<void>;
}
