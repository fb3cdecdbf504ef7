import type { Kind, OwnCommit, Store, UnpublishedCommit } from "../port";
import { isUnavailable, withUnavailableErrors } from "./unavailable-errors";
import { catchingUp } from "./catch-up";
import { mongoCollection, type MongoCollection } from "./collection";
import { connect, connectionError, type ConnectionLog, type Database, type CollectionSource } from "./connection";
import type { CommitRecord } from "./journal";
import { migrate, type Step } from "./migration-runner";
import { serverClock } from "./server-clock";
import { TICKS_PER_MS, hybridLogicalClock as makeTicks } from "./hybrid-logical-clock";
import { unionQuery } from "./union-query";

const FORGET_EVERY_MS = 3_600_000;
const QUIET: ConnectionLog = { warn: () => undefined };

const unpublishedOf = (kind: string, { _id, at, actor, correlation, causation, trace, events }: CommitRecord): UnpublishedCommit => ({
	kind,
	id: _id.id,
	version: _id.version,
	meta: { at, actor, correlationId: correlation, causationId: causation, ...(trace !== undefined && { traceparent: trace }) },
	events: JSON.parse(events) as UnpublishedCommit["events"],
});

/**
 * Store of the cluster profile: one client to a MongoDB that other nodes write as well. A confirmed commit is on the disks of a majority.
 *
 * @param url names the database; without a name, "tianguis"
 * @param name of the client, shown by the server and in the log
 * @param steps migration steps; tests pass their own
 */
export const mongoStore = (url: string, name: string, log: ConnectionLog = QUIET, steps?: readonly Step[]): Store => {
	let database: Database | undefined;
	const opened = (): Database => {
		if (!database) throw new Error("the store is not open");
		return database;
	};
	const source: CollectionSource = {
		collection: (collection, concern) => () => opened().collection(collection, concern),
		now: () => opened().now(),
	};
	const clock = serverClock(source.now);
	const ticks = makeTicks(clock.now);
	const collections: MongoCollection<never, never>[] = [];
	const publishing = (): MongoCollection<never, never>[] => collections.filter(({ publishes }) => publishes);
	const listeners: ((commits: readonly OwnCommit[]) => void)[] = [];
	let forgetting: NodeJS.Timeout | undefined;
	let opening: Promise<void> | undefined;
	let catchUp: (() => Promise<void>) | undefined;

	const committed = (kind: string, records: readonly CommitRecord[]): void => {
		const commits = records.map((record) => ({
			kind,
			...record._id,
			unpublished: record.waiting ? unpublishedOf(kind, record) : undefined,
		}));
		for (const listener of listeners) listener(commits);
	};
	const forget = (): void => {
		for (const { kind, forget: forgetSome } of collections)
			forgetSome().catch((cause: unknown) => {
				log.warn("freeing the keys of removed aggregates failed", { kind, err: cause });
			});
	};
	const open = async (): Promise<void> => {
		database = await connect(url, name, log);
		await Promise.all([migrate(database, steps), clock.sync()]);
		for (const collection of collections) await collection.prepare(); // in parallel they would wait too long for the few connections
		catchUp = catchingUp(source, clock, collections);
		forgetting = setInterval(forget, FORGET_EVERY_MS).unref();
	};

	return {
		exclusive: false,

		collection<State, Event>(kind: Kind<State, Event>) {
			const made = mongoCollection(source, kind, ticks, committed);
			collections.push(made as unknown as MongoCollection<never, never>);
			return {
				...made,
				load: withUnavailableErrors(made.load),
				version: withUnavailableErrors(made.version),
				commit: withUnavailableErrors(made.commit),
				history: withUnavailableErrors(made.history),
				find: withUnavailableErrors(made.find),
				count: withUnavailableErrors(made.count),
				rewrite: withUnavailableErrors(made.rewrite),
				remove: withUnavailableErrors(made.remove),
			};
		},

		open: () =>
			(opening = open().catch((cause: unknown) => {
				throw isUnavailable(cause) ? connectionError(url, cause) : cause;
			})),

		async close() {
			await opening?.catch(() => undefined); // the caller of open() has received the error
			clearInterval(forgetting);
			if (!database) return;
			await Promise.all(collections.map((collection) => collection.close()));
			await database.close();
			database = undefined;
		},

		async unpublished(limit, minAgeMs) {
			const parts = publishing().map(({ journal }) =>
				journal.waiting(limit, minAgeMs === undefined ? Infinity : (clock.now() - minAgeMs) * TICKS_PER_MS),
			);
			if (parts.length === 0) return [];
			const oldest = unionQuery<CommitRecord & { kind: string }>(source, parts, [{ $sort: { t: 1 } }, { $limit: limit }]);
			return (await oldest.toArray()).map(({ kind, ...record }) => unpublishedOf(kind, record));
		},

		async unpublishedBefore(commits) {
			const byKind = Map.groupBy(commits, ({ kind }) => kind);
			const found = await Promise.all(
				publishing().flatMap(({ kind, journal }) => {
					const some = byKind.get(kind);
					return some ? journal.waitingBefore(some).then((records) => records.map((record) => unpublishedOf(kind, record))) : [];
				}),
			);
			return found.flat();
		},

		async markPublished(batch) {
			const byKind = Map.groupBy(batch, ({ kind }) => kind);
			await Promise.all(
				collections.flatMap(({ kind, journal }) => {
					const some = byKind.get(kind);
					return some ? journal.markPublished(some) : [];
				}),
			);
		},

		onCommit(listener) {
			listeners.push(listener);
		},

		async catchUp() {
			await catchUp?.();
		},
	};
};
