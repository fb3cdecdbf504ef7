import type { Comparison, Document, Kind, Query, Scalar } from "../port";
import { row, rows, type SqliteDatabase } from "./database";
import type { Statement } from "./group-writer";

interface DocumentRow {
	readonly id: string;
	readonly version: number;
	readonly state: string;
}

/** Documents of one kind: a table with a column for each declared field. */
export interface Documents<State> {
	get(id: string): DocumentRow | undefined;
	/** The write is refused if the stored document has this version or a later one, or if the aggregate was removed. */
	put(id: string, version: number, state: string, fields: readonly (string | number | null)[]): Statement;
	delete(id: string): Statement;
	find(query: Query): Document<State>[];
	count(where: NonNullable<Query["where"]>): number;
	/** Documents with more than this number of characters. */
	largerThan(characters: number): { readonly id: string; readonly version: number }[];
}

const column = (field: string): string => `f_${field}`;

export const createTable = <State, Event>(file: SqliteDatabase, { name, fields }: Kind<State, Event>): void => {
	const columns = Object.keys(fields).map((field) => `, ${column(field)} ANY`);
	file.database.exec(`DROP TABLE IF EXISTS doc_${name};
		CREATE TABLE doc_${name} (id TEXT PRIMARY KEY, version INTEGER NOT NULL, state TEXT NOT NULL${columns.join("")}) STRICT`);
	for (const [field, { indexed }] of Object.entries(fields)) {
		if (indexed)
			file.database.exec(
				`CREATE INDEX doc_${name}_${field} ON doc_${name} (${column(field)}, id) WHERE ${column(field)} IS NOT NULL`,
			);
	}
};

const condition = (field: string, comparison: Comparison): { sql: string; values: Scalar[] } => {
	const name = column(field);
	if (typeof comparison !== "object") return { sql: `${name} = ?`, values: [comparison] };
	if (Array.isArray(comparison)) return { sql: `${name} IN (${comparison.map(() => "?").join(", ")})`, values: comparison as Scalar[] };
	const { from, before } = comparison as { from?: Scalar; before?: Scalar };
	return {
		sql: [`${name} IS NOT NULL`, from === undefined ? [] : `${name} >= ?`, before === undefined ? [] : `${name} < ?`]
			.flat()
			.join(" AND "),
		values: [from ?? [], before ?? []].flat(),
	};
};

/** Prevents a late document from restoring an aggregate that was removed meanwhile. */
const STANDS = " WHERE EXISTS (SELECT 1 FROM journal WHERE kind = ? AND id = ? AND version = ?)";

export const documents = <State, Event>(file: SqliteDatabase, { name, fields, removable }: Kind<State, Event>): Documents<State> => {
	const table = `doc_${name}`;
	const known = (field: string): string => {
		if (!Object.hasOwn(fields, field)) throw new Error(`${name} declares no field ${field}`);
		return field;
	};
	const filter = (where: NonNullable<Query["where"]>) => {
		const parts = Object.entries(where).map(([field, comparison]) => condition(known(field), comparison));
		return { sql: parts.map(({ sql }) => sql), values: parts.flatMap(({ values }) => values) };
	};
	const get = `SELECT id, version, state FROM ${table} WHERE id = ?`;
	const columns = ["id", "version", "state", ...Object.keys(fields).map(column)];
	const values = columns.map(() => "?").join(", ");
	const put = `INSERT INTO ${table} (${columns.join(", ")}) ${removable ? `SELECT ${values}${STANDS}` : `VALUES (${values})`}
		ON CONFLICT (id) DO UPDATE SET ${columns.map((name) => `${name} = excluded.${name}`).join(", ")} WHERE excluded.version > version`;
	const remove = `DELETE FROM ${table} WHERE id = ?`;
	const larger = `SELECT id, version FROM ${table} WHERE length(state) > ?`;

	return {
		get: (id) => row<DocumentRow>(file.prepare(get), id),
		put: (id, version, state, values) => ({
			sql: put,
			values: [id, version, state, ...values, ...(removable ? [name, id, version] : [])],
		}),
		delete: (id) => ({ sql: remove, values: [id] }),
		largerThan: (characters) => rows<{ id: string; version: number }>(file.prepare(larger), characters),
		count: (where) => {
			const { sql, values } = filter(where);
			return (
				row<{ n: number }>(file.prepare(`SELECT count(*) AS n FROM ${table} WHERE ${["true", ...sql].join(" AND ")}`), ...values)
					?.n ?? 0
			);
		},
		find: ({ where = {}, orderBy, limit, after }) => {
			const { sql, values } = filter(where);
			const order = orderBy ? column(known(orderBy.field)) : "id";
			const [direction, beyond] = orderBy?.descending ? ["DESC", "<"] : ["ASC", ">"];
			if (orderBy) sql.push(`${order} IS NOT NULL`);
			if (after) sql.push(orderBy ? `(${order}, id) ${beyond} (?, ?)` : `id ${beyond} ?`);
			const position = after ? (orderBy ? [after.value, after.id] : [after.id]) : [];
			const text = `SELECT id, version, state FROM ${table} WHERE ${["true", ...sql].join(" AND ")} ORDER BY ${order} ${direction}${orderBy ? `, id ${direction}` : ""} LIMIT ?`;
			return rows<DocumentRow>(file.prepare(text), ...values, ...position, limit).map(({ id, version, state }) => ({
				id,
				version,
				state: JSON.parse(state) as State,
			}));
		},
	};
};
