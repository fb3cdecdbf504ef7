import { mongo } from "mongoose";
import type { UnpublishedCommit } from "../port";
import { INDEXING, SCAN, type CollectionSource } from "./connection";
import { outcomesOf, type Outcome } from "./insert-outcomes";
import type { UnionPart } from "./union-query";

/** Key of commit `version` of aggregate `id`. Correctness depends only on the uniqueness of this key. */
export interface RecordKey {
	readonly id: string;
	readonly version: number;
}

export interface CommitRecord {
	readonly _id: RecordKey;
	/** Tick of the commit, see hybrid-logical-clock.ts. */
	readonly t: number;
	/** Whether the commit contains events that the relay has not published. */
	readonly waiting: boolean;
	readonly at: number;
	readonly actor: string;
	readonly correlation: string;
	readonly causation: string;
	/** W3C traceparent, if the commit was traced. */
	readonly trace?: string;
	/** Time of the aggregate's removal in epoch ms. Set on its last commit, and on all commits before it once they are emptied. */
	readonly gone?: number;
	readonly emptied?: true;
	/** JSON text. It contains client input, whose names ("$where", "a.b", "_bsontype") must have no meaning for driver or server. */
	readonly events: string;
}

/** The server rejects documents above 16 MiB, and one oversized record would fail its whole batch. */
export const fitsInDocument = (text: string): boolean => {
	const max = 15 * 2 ** 20;
	return text.length * 3 < max || Buffer.byteLength(text) < max;
};

const range = (id: string, after: number): mongo.Filter<CommitRecord> => ({
	_id: { $gt: { id, version: after }, $lt: { id, version: new mongo.MaxKey() as unknown as number } },
});

export const journal = (source: CollectionSource, kind: string) => {
	const name = `${kind}_journal`;
	const records = source.collection<CommitRecord>(name);
	return {
		/** One index serves two queries: unpublished commits, oldest first; and recent commits, published or not. */
		async prepare(forgettable: boolean): Promise<void> {
			await records().createIndex({ waiting: 1, t: 1 }, { name: "waiting", ...INDEXING });
			if (forgettable)
				await records().createIndex(
					{ gone: 1 },
					{ name: "gone", partialFilterExpression: { gone: { $exists: true } }, ...INDEXING },
				);
		},

		async append(group: CommitRecord[]): Promise<readonly Outcome[]> {
			try {
				await records().insertMany(group, { ordered: false });
				return group.map(() => "written");
			} catch (cause) {
				return outcomesOf(cause, group.length);
			}
		},

		after: (id: string, version: number) => records().find(range(id, version)).sort({ _id: 1 }).toArray(),

		last: async (id: string): Promise<Pick<CommitRecord, "_id" | "t" | "gone" | "emptied"> | undefined> =>
			(
				await records()
					.find(range(id, 0), { projection: { _id: 1, t: 1, gone: 1, emptied: 1 }, sort: { _id: -1 }, limit: 1 })
					.toArray()
			)[0],

		/** The keys of these that exist. */
		present: async (keys: readonly RecordKey[]): Promise<readonly RecordKey[]> =>
			keys.length === 0
				? []
				: (
						await records()
							.find({ _id: { $in: [...keys] } }, { projection: { _id: 1 } })
							.toArray()
					).map(({ _id }) => _id),

		/** The ids of these aggregates that have commits. */
		known: async (ids: readonly string[]): Promise<ReadonlySet<string>> =>
			ids.length === 0
				? new Set()
				: new Set(
						(
							await records()
								.find({ $or: ids.map((id) => range(id, 0)) }, { projection: { _id: 1 } })
								.toArray()
						).map(({ _id }) => _id.id),
					),

		/** The last versions of the aggregates between two ids, both included. */
		async lasts(from: string, to: string): Promise<ReadonlyMap<string, number>> {
			const between = { _id: { $gte: { id: from, version: 0 }, $lt: { id: to, version: new mongo.MaxKey() } } };
			const found = records().aggregate<{ _id: string; last: number }>([
				{ $match: between },
				{ $group: { _id: "$_id.id", last: { $max: "$_id.version" } } },
			]);
			return new Map((await found.toArray()).map(({ _id, last }) => [_id, last]));
		},

		/** The ids of all aggregates, in ascending order. */
		async *ids(): AsyncIterable<string> {
			let previous: string | undefined;
			for await (const { _id } of records()
				.find({}, { projection: { _id: 1 }, ...SCAN })
				.sort({ _id: 1 })
				.hint({ _id: 1 })) {
				if (_id.id !== previous) yield _id.id;
				previous = _id.id;
			}
		},

		/** Aggregates with a commit in (since, until], and the last commit of each in that range. Both bounds are ticks. */
		lastsBetween: (since: number, until: number): UnionPart => ({
			collection: name,
			pipeline: [
				{ $match: { waiting: { $in: [true, false] }, t: { $gt: since, $lte: until }, emptied: { $exists: false } } },
				{ $group: { _id: "$_id.id", last: { $max: "$_id.version" } } },
				{ $project: { _id: 0, kind: { $literal: kind }, id: "$_id", last: 1 } },
			],
		}),

		waits: async (id: string): Promise<boolean> =>
			(await records().findOne({ ...range(id, 0), waiting: true }, { projection: { _id: 1 } })) !== null,

		rewrite: (changed: readonly { readonly key: RecordKey; readonly events: string }[]) =>
			records().bulkWrite(changed.map(({ key, events }) => ({ updateOne: { filter: { _id: key }, update: { $set: { events } } } }))),

		/** Removes the content of all commits up to `last`. Their keys, ticks and times stay. */
		empty: (id: string, last: number, gone: number) =>
			records().updateMany({ _id: { $gt: { id, version: 0 }, $lte: { id, version: last } } }, [
				{
					$replaceWith: {
						...{ _id: "$_id", t: "$t", at: "$at", waiting: false, events: "[]", gone, emptied: true },
						...{ actor: "", correlation: "", causation: "" },
					},
				},
			]),

		/** Deletes the emptied commits of aggregates removed before `before`, in epoch ms. Their keys become free. */
		forget: (before: number) => records().deleteMany({ gone: { $lt: before }, emptied: true }, { timeoutMS: SCAN.timeoutMS }),

		/** The oldest unpublished commits. @param until a tick */
		waiting: (limit: number, until: number): UnionPart => ({
			collection: name,
			pipeline: [
				{ $match: { waiting: true, t: { $lte: until } } },
				{ $sort: { t: 1 } },
				{ $limit: limit },
				{ $set: { kind: { $literal: kind } } },
			],
		}),

		/** Unpublished commits of the same aggregates that precede these. */
		waitingBefore: (keys: readonly RecordKey[]) =>
			records()
				.find({ $or: keys.map(({ id, version }) => ({ _id: { $gt: { id, version: 0 }, $lt: { id, version } } })), waiting: true })
				.hint({ _id: 1 })
				.toArray(),

		markPublished: (batch: readonly UnpublishedCommit[]) =>
			records().updateMany({ _id: { $in: batch.map(({ id, version }) => ({ id, version })) } }, { $set: { waiting: false } }),
	};
};

export type Journal = ReturnType<typeof journal>;
