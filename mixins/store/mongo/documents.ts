import { createHash } from "node:crypto";
import type { mongo } from "mongoose";
import { fingerprint } from "../document-policy";
import type { Comparison, Kind, Query, Scalar } from "../port";
import { INDEXING, type CollectionSource } from "./connection";
import { onlyDuplicates } from "./insert-outcomes";

export interface DocumentRow {
	readonly _id: string;
	readonly version: number;
	/** Tick of the last commit that the document contains. */
	readonly t: number;
	/** Fingerprint of the kind that made the document. Nodes with an older or newer program may run beside this one. */
	readonly form: string;
	/** JSON text, like the events of a commit. */
	readonly state: string;
	/** The declared fields that have a value. */
	readonly f: Readonly<Record<string, Scalar>>;
}

/** Which document may be replaced: an older one; an older one or one of another form; or any that is not newer. */
export type Replaces = "older" | "otherForm" | "same";

type Filter = mongo.Filter<DocumentRow>;
const column = (field: string): string => `f.${field}`;

const condition = (field: string, comparison: Comparison): Filter => {
	const name = column(field);
	if (typeof comparison !== "object") return { [name]: comparison };
	if (Array.isArray(comparison)) return { [name]: { $in: comparison } };
	const { from, before } = comparison as { from?: Scalar; before?: Scalar };
	const bounds = { ...(from !== undefined && { $gte: from }), ...(before !== undefined && { $lt: before }) };
	return { [name]: { $exists: true, ...bounds } };
};

/** Short hash of the kind's fingerprint. Documents with another form are not used. */
export const formOf = <State, Event>(kind: Kind<State, Event>): string =>
	createHash("sha256").update(fingerprint(kind)).digest("base64url").slice(0, 12);

/** Whether some documents may be written after their commits. Otherwise each is written before its commit is confirmed, and is as durable. */
export const allowsLateDocuments = <State, Event>({ fields, lateDocuments }: Kind<State, Event>): boolean =>
	lateDocuments !== undefined || Object.keys(fields).length === 0;

/** Whether the document of this state may be written after its commit. */
export const hasLateDocument = <State, Event>(kind: Kind<State, Event>, state: State): boolean =>
	typeof kind.lateDocuments === "function" ? kind.lateDocuments(state) : allowsLateDocuments(kind);

/** The current documents of one kind. */
export const documents = <State, Event>(source: CollectionSource, kind: Kind<State, Event>) => {
	const rows = source.collection<DocumentRow>(kind.name, allowsLateDocuments(kind) ? "view" : "durable");
	/** For writes that a failover must not roll back, such as the erasure of personal data. */
	const durableRows = source.collection<DocumentRow>(kind.name);
	const fields = Object.entries(kind.fields);
	const form = formOf(kind);

	const known = (field: string): string => {
		if (!Object.hasOwn(kind.fields, field)) throw new Error(`${kind.name} declares no field ${field}`);
		return field;
	};
	const conditions = (where: NonNullable<Query["where"]>): Filter[] =>
		Object.entries(where).map(([field, comparison]) => condition(known(field), comparison));
	const all = (parts: readonly Filter[]): Filter => (parts.length === 0 ? {} : { $and: [...parts] });
	/** Expression for whether the stored document is replaced. A missing document has no version, and counts as older than all. */
	const replaceable = ({ version }: DocumentRow, replaces: Replaces): mongo.Document => {
		if (replaces === "same") return { $lte: ["$version", version] };
		const older = { $lt: ["$version", version] };
		return replaces === "older" ? older : { $or: [older, { $and: [{ $eq: ["$version", version] }, { $ne: ["$form", form] }] }] };
	};
	/**
	 * The filter has the id alone, which is much cheaper for the server than id and version. `updateMany` matches one document. The driver does not
	 * retry it by itself, so the server need not record each write. A document whose write failed is written later.
	 */
	const replacing = (row: DocumentRow, replaces: Replaces): mongo.AnyBulkWriteOperation<DocumentRow> => ({
		updateMany: {
			filter: { _id: row._id },
			update: [{ $replaceWith: { $cond: [replaceable(row, replaces), { $literal: row }, "$$ROOT"] } }],
			upsert: true,
		},
	});
	const replace = async (some: readonly DocumentRow[], replaces: Replaces): Promise<void> => {
		if (some.length === 0) return;
		const writes = some.map((row) => replacing(row, replaces));
		const target = replaces === "same" ? durableRows() : rows();
		await target.bulkWrite(writes, { ordered: false }).catch((cause: unknown) => {
			if (!onlyDuplicates(cause)) throw cause;
			return target.bulkWrite(writes, { ordered: false }); // a concurrent insert won, so the document now exists
		});
	};
	const insert = async (some: readonly DocumentRow[]): Promise<void> => {
		if (some.length === 0) return;
		await rows()
			.insertMany([...some], { ordered: false })
			.catch((cause: unknown) => {
				if (!onlyDuplicates(cause)) throw cause;
				return replace(some, "older");
			});
	};
	const indexes = fields
		.filter(([, { indexed }]) => indexed)
		.map(([field]) => ({
			name: `by_${field}`,
			key: { [column(field)]: 1, _id: 1 } as const,
			partialFilterExpression: { [column(field)]: { $exists: true } },
		}));

	return {
		form,

		prepare: async () => {
			if (indexes.length > 0) await rows().createIndexes(indexes, INDEXING);
		},

		/** Drops indexes that only an older program declared, because they slow down writes. Errors are ignored; the next start tries again. */
		async dropOthers(): Promise<void> {
			const found = await rows()
				.indexes()
				.catch(() => []);
			for (const { name } of found)
				if (name?.startsWith("by_") && !indexes.some((index) => index.name === name))
					await rows()
						.dropIndex(name)
						.catch(() => undefined);
		},

		/** Serializes the state before it returns, so the caller may change the state afterwards. */
		row: (id: string, version: number, t: number, state: State): DocumentRow => ({
			_id: id,
			version,
			t,
			form,
			state: JSON.stringify(state),
			f: Object.fromEntries(
				fields.flatMap(([field, { value }]) => {
					const found = value(state);
					return found === null ? [] : [[field, found]];
				}),
			),
		}),

		/** Like `put`, but one command. Suited to many documents of which few are new. */
		replaceOlder: (some: readonly DocumentRow[]) => replace(some, "older"),

		/** Documents that must not be replaced stay. First versions are inserted: that is cheaper than an update, and they rarely exist. */
		async put(some: readonly DocumentRow[], replaces: Replaces = "older"): Promise<void> {
			const isNew = ({ version }: DocumentRow): boolean => version === 1 && replaces === "older";
			await Promise.all([
				insert(some.filter(isNew)),
				replace(
					some.filter((row) => !isNew(row)),
					replaces,
				),
			]);
		},

		many: (ids: readonly string[]) =>
			rows()
				.find({ _id: { $in: [...ids] } })
				.toArray(),
		/** The versions of the documents that exist, by id. */
		versions: async (ids: readonly string[]): Promise<ReadonlyMap<string, number>> =>
			new Map(
				(
					await rows()
						.find({ _id: { $in: [...ids] } }, { projection: { version: 1 } })
						.toArray()
				).map(({ _id, version }) => [_id, version]),
			),
		/** Deletes the document unless it is newer than `version`. */
		delete: (id: string, version: number) => rows().deleteOne({ _id: id, version: { $lte: version } }),
		page: (after: string, limit: number) =>
			rows()
				.find({ _id: { $gt: after } })
				.sort({ _id: 1 })
				.limit(limit)
				.toArray(),
		count: (where: NonNullable<Query["where"]>) => rows().countDocuments(all(conditions(where))),

		find({ where = {}, orderBy, limit, after }: Query) {
			const parts = conditions(where);
			const [direction, beyond] = orderBy?.descending ? ([-1, "$lt"] as const) : ([1, "$gt"] as const);
			if (!orderBy) {
				if (after) parts.push({ _id: { $gt: after.id } });
				return rows().find(all(parts)).sort({ _id: 1 }).limit(limit).toArray();
			}
			const order = column(known(orderBy.field));
			parts.push({ [order]: { $exists: true } });
			if (after) {
				parts.push({ [order]: { [`${beyond}e`]: after.value } });
				parts.push({ $or: [{ [order]: { [beyond]: after.value } }, { [order]: after.value, _id: { [beyond]: after.id } }] });
			}
			return rows()
				.find(all(parts))
				.sort({ [order]: direction, _id: direction })
				.limit(limit)
				.toArray();
		},
	};
};

export type Documents<State> = ReturnType<typeof documents<State, unknown>>;
