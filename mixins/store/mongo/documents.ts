import { createHash } from "node:crypto";
import type { mongo } from "mongoose";
import { fingerprint } from "../document-policy";
import type { Comparison, Kind, Query, Scalar } from "../port";
import { INDEXING, type CollectionSource } from "./connection";
import { onlyDuplicates } from "./insert-outcomes";

export interface DocumentRow {
	readonly _id: string;
	readonly version: number;
	/** Of the last commit in it. */
	readonly t: number;
	/** What it was made for: a node with an older or newer program may be at work beside this one. */
	readonly form: string;
	/** JSON text, as events are. */
	readonly state: string;
	/** The declared fields that have a value. */
	readonly f: Readonly<Record<string, Scalar>>;
}

/** What may be replaced: a document that is older; that is older or of another form; or any but a newer one. */
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

/** What documents of a kind are made for, in few letters. */
export const formOf = <State, Event>(kind: Kind<State, Event>): string =>
	createHash("sha256").update(fingerprint(kind)).digest("base64url").slice(0, 12);

/** Whether some of its documents may follow their commits. Else all are written before a commit is answered, and are as durable. */
export const allowsLateDocuments = <State, Event>({ fields, lateDocuments }: Kind<State, Event>): boolean =>
	lateDocuments !== undefined || Object.keys(fields).length === 0;

/** Whether the document of this state may follow its commit. */
export const hasLateDocument = <State, Event>(kind: Kind<State, Event>, state: State): boolean =>
	typeof kind.lateDocuments === "function" ? kind.lateDocuments(state) : allowsLateDocuments(kind);

/** The current documents of one kind. */
export const documents = <State, Event>(source: CollectionSource, kind: Kind<State, Event>) => {
	const rows = source.collection<DocumentRow>(kind.name, allowsLateDocuments(kind) ? "view" : "durable");
	/** For what must not come back after a failover: erased personal data. */
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
	/** Whether the document that is there, or that is not, is to be replaced. What lacks a version is older than all. */
	const replaceable = ({ version }: DocumentRow, replaces: Replaces): mongo.Document => {
		if (replaces === "same") return { $lte: ["$version", version] };
		const older = { $lt: ["$version", version] };
		return replaces === "older" ? older : { $or: [older, { $and: [{ $eq: ["$version", version] }, { $ne: ["$form", form] }] }] };
	};
	/**
	 * Found by its id alone, which is much cheaper for the server than by id and version. And "many", of which there is one: the driver does not send such
	 * writes again by itself, so that the server need not remember each; a document that was not written is late, and that is all.
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
			return target.bulkWrite(writes, { ordered: false }); // another inserted the same just now: by now it is there
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

		/** Drops indexes that only an older program declared: they cost writes. Errors are ignored, because the next start tries again. */
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

		/** Reads the state before it returns. */
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

		/** Like `put`, as one command: for many of which few are new. */
		replaceOlder: (some: readonly DocumentRow[]) => replace(some, "older"),

		/** What may not be replaced stays. To insert what begins is cheaper than to look for it, and it is rarely there. */
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
		/** The versions of those that exist. */
		versions: async (ids: readonly string[]): Promise<ReadonlyMap<string, number>> =>
			new Map(
				(
					await rows()
						.find({ _id: { $in: [...ids] } }, { projection: { version: 1 } })
						.toArray()
				).map(({ _id, version }) => [_id, version]),
			),
		/** A newer one stays. */
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
