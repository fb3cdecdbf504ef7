import type { Comparison, Document, Kind, Query, Scalar } from "../port";
import { row, rows, type SqliteFile, type Statement } from "./file";

interface DocumentRow {
	readonly id: string;
	readonly version: number;
	readonly state: string;
}

/** The current documents of one kind: a table with a column for each declared field. */
export interface Documents<State> {
	get(id: string): DocumentRow | undefined;
	/** What writes a document; one that is newer stays. */
	put(id: string, version: number, state: string, fields: readonly (string | number | null)[]): Statement;
	delete(id: string): Statement;
	find(query: Query): Document<State>[];
	count(where: NonNullable<Query["where"]>): number;
	pageById(after: string, limit: number): DocumentRow[];
}

const column = (field: string): string => `f_${field}`;

export const createTable = <State, Event>(file: SqliteFile, { name, fields }: Kind<State, Event>): void => {
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

export const documents = <State, Event>(file: SqliteFile, { name, fields }: Kind<State, Event>): Documents<State> => {
	const table = `doc_${name}`;
	const known = (field: string): string => {
		if (!Object.hasOwn(fields, field)) throw new Error(`${name} declares no field ${field}`);
		return field;
	};
	const filter = (where: NonNullable<Query["where"]>) => {
		const parts = Object.entries(where).map(([field, comparison]) => condition(known(field), comparison));
		return { sql: parts.map(({ sql }) => sql), values: parts.flatMap(({ values }) => values) };
	};
	const get = file.prepare(`SELECT id, version, state FROM ${table} WHERE id = ?`);
	const columns = ["id", "version", "state", ...Object.keys(fields).map(column)];
	const put = `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})
		ON CONFLICT (id) DO UPDATE SET ${columns.map((name) => `${name} = excluded.${name}`).join(", ")} WHERE excluded.version >= version`;
	const remove = `DELETE FROM ${table} WHERE id = ?`;
	const page = file.prepare(`SELECT id, version, state FROM ${table} WHERE id > ? ORDER BY id LIMIT ?`);

	return {
		get: (id) => row<DocumentRow>(get, id),
		put: (id, version, state, values) => ({ sql: put, values: [id, version, state, ...values] }),
		delete: (id) => ({ sql: remove, values: [id] }),
		pageById: (after, limit) => rows<DocumentRow>(page, after, limit),
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
