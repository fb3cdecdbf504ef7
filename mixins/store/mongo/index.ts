import type { Handed, Kind, Store, Unpublished } from "../port";
import { isAway, sayingAway } from "./away";
import { mongoCollection, type MongoCollection, type Told } from "./collection";
import { connect, unusable, type ConnectionLog, type Database, type Source } from "./connection";
import type { CommitRecord } from "./journal";
import { migrate, type Step } from "./schema";
import { TICKS_PER_MS, ticks as makeTicks } from "./ticks";

const LOOK_EVERY_MS = 60_000;
const QUIET: ConnectionLog = { warn: () => undefined };

interface Placed {
	readonly t: number;
	readonly commit: Unpublished;
}

const toPlaced = (kind: string, { _id, t, at, actor, correlation, causation, trace, events }: CommitRecord): Placed => ({
	t,
	commit: {
		kind,
		id: _id.id,
		version: _id.version,
		meta: { at, actor, correlationId: correlation, causationId: causation, ...(trace !== undefined && { traceparent: trace }) },
		events: JSON.parse(events) as Unpublished["events"],
	},
});

/**
 * The engine of a cluster: the aggregates of one service in a MongoDB that other nodes write as well, over a connection of its own. What is
 * answered is on the disks of a majority.
 *
 * @param url its database, or "tianguis" where it names none; all services may share one
 * @param steps of the database's form, where tests have others
 */
export const mongoStore = (url: string, service: string, log: ConnectionLog = QUIET, steps?: readonly Step[]): Store => {
	let database: Database | undefined;
	const opened = (): Database => {
		if (!database) throw new Error("the store is not open");
		return database;
	};
	const source: Source = {
		collection: (name) => () => opened().collection(name),
		now: () => opened().now(),
	};
	const ticks = makeTicks();
	const collections: MongoCollection<never, never>[] = [];
	const listeners: ((handed: readonly Handed[]) => void)[] = [];
	let timer: NodeJS.Timeout | undefined;
	let looking: Promise<unknown> | undefined;
	let opening: Promise<void> | undefined;

	const published = (kind: string, told: readonly Told[]): void => {
		const handed = told.map(({ record, follows }) => ({ commit: toPlaced(kind, record).commit, follows }));
		for (const listener of listeners) listener(handed);
	};
	const look = (): void => {
		looking ??= Promise.allSettled(
			collections.map((collection) =>
				collection.catchUp().catch((cause: unknown) => {
					log.warn("documents could not be compared with their journals", { service, kind: collection.kind, cause });
				}),
			),
		).finally(() => (looking = undefined));
	};
	const open = async (): Promise<void> => {
		database = await connect(url, service, log);
		await migrate(database, steps);
		for (const collection of collections) await collection.prepare();
		timer = setInterval(look, LOOK_EVERY_MS).unref();
	};

	return {
		exclusive: false,

		collection<State, Event>(kind: Kind<State, Event>) {
			const made = mongoCollection(source, kind, ticks, published);
			collections.push(made as unknown as MongoCollection<never, never>);
			return {
				...made,
				load: sayingAway(made.load),
				version: sayingAway(made.version),
				commit: sayingAway(made.commit),
				history: sayingAway(made.history),
				find: sayingAway(made.find),
				count: sayingAway(made.count),
				rewrite: sayingAway(made.rewrite),
				remove: sayingAway(made.remove),
			};
		},

		open: () =>
			(opening = open().catch((cause: unknown) => {
				throw isAway(cause) ? unusable(url, cause) : cause;
			})),

		async close() {
			await opening?.catch(() => undefined); // whoever opened it was told
			clearInterval(timer);
			await looking;
			if (!database) return;
			await Promise.all(collections.map((collection) => collection.close()));
			await database.close();
			database = undefined;
		},

		async unpublished(limit, olderThanMs) {
			const before = olderThanMs === undefined ? undefined : (Date.now() - olderThanMs) * TICKS_PER_MS;
			const found = await Promise.all(
				collections
					.filter(({ isRelayed }) => isRelayed)
					.map(async ({ kind, journal }) => (await journal.waiting(limit, before)).map((record) => toPlaced(kind, record))),
			);
			return found
				.flat()
				.sort((a, b) => a.t - b.t)
				.slice(0, limit)
				.map(({ commit }) => commit);
		},

		async waitingBefore({ kind: name, id, version }) {
			const found = collections.find(({ kind }) => kind === name);
			return ((await found?.journal.waitingBefore(id, version)) ?? []).map((record) => toPlaced(name, record).commit);
		},

		doubt() {
			for (const collection of collections) collection.doubt();
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
	};
};
