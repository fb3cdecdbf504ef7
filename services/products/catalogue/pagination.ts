import { createHash } from "node:crypto";
import { Type, type Static } from "@sinclair/typebox";
import type { Rejection } from "@kernel/rejection";
import { decodeCursor, encodeCursor, invalidCursor } from "@mixins/service/cursor";
import type { Entry } from "./entry";
import type { ResultLists, Searched } from "./result-lists";
import type { Query } from "./query";
import { ORDERS, positionOf, type Sort } from "./sort-orders";

/** Position in a list: hash of the query (`q`), sort key (`k`) and id (`i`) of the last product returned. */
const Cursor = Type.Object({ q: Type.String(), k: Type.Union([Type.String(), Type.Number()]), i: Type.String() });
type Cursor = Static<typeof Cursor>;

export interface Page {
	readonly entries: readonly Entry[];
	readonly nextCursor: string | null;
	readonly total: number;
}

/** Hash of the query a cursor belongs to. The page size is excluded and may change between pages. */
const queryHash = ({ words, filters, sort }: Query): string =>
	createHash("sha1")
		.update(JSON.stringify([words, filters, sort]))
		.digest("base64url")
		.slice(0, 10);

/** A list in the requested order. `after` returns the index that follows a cursor; `keyOf` returns an entry's sort key. */
interface Ordered {
	readonly length: number;
	slice(start: number, end: number): readonly Entry[];
	after(cursor: Cursor): number;
	keyOf(entry: Entry): string | number;
}

/** Continues after the cursor's product. If it is no longer found, continues at the first lower score. */
const byRelevance = ({ entries, scores }: Searched): Ordered => ({
	length: entries.length,
	slice: (start, end) => entries.slice(start, end),
	after({ k, i }) {
		const known = entries.findIndex(({ id }) => id === i);
		if (known >= 0) return known + 1;
		const lower = entries.findIndex(({ id }) => (scores.get(id) ?? 0) < (k as number));
		return lower < 0 ? entries.length : lower;
	},
	keyOf: ({ id }) => scores.get(id) ?? 0,
});

const bySort = (lists: ResultLists, query: Query & { readonly sort: Sort }): Ordered => {
	const listed = lists.listed(query);
	const order = ORDERS[query.sort];
	return {
		length: listed.length,
		slice: (start, end) => listed.slice(start, end),
		after: ({ k, i }) => listed.upTo({ key: k, id: i }),
		keyOf: (entry) => positionOf(order, entry).key,
	};
};

const isSorted = (query: Query): query is Query & { readonly sort: Sort } => query.sort !== "relevance";
const keyMatches = (sort: Query["sort"], { k }: Cursor): boolean => (typeof k === "string") === (sort === "title");

/** @returns VALIDATION_FAILED if the cursor is malformed or belongs to another query */
export const pageOf = (lists: ResultLists, query: Query): Page | Rejection<"VALIDATION_FAILED"> => {
	const list = isSorted(query) ? bySort(lists, query) : byRelevance(lists.searched(query));
	let start = 0;
	if (query.cursor !== undefined) {
		const cursor = decodeCursor(query.cursor, Cursor);
		if (cursor?.q !== queryHash(query) || !keyMatches(query.sort, cursor)) return invalidCursor();
		start = list.after(cursor);
	}
	const end = start + query.limit;
	const entries = list.slice(start, end);
	const last = end < list.length ? entries.at(-1) : undefined;
	const nextCursor = last ? encodeCursor({ q: queryHash(query), k: list.keyOf(last), i: last.id } satisfies Cursor) : null;
	return { entries, total: list.length, nextCursor };
};
