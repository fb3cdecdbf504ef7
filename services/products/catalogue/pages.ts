import { createHash } from "node:crypto";
import { Type, type Static } from "@sinclair/typebox";
import { reject, type Rejection } from "@kernel/rejection";
import { decodeCursor, encodeCursor } from "@mixins/cursor";
import type { Entry } from "./entry";
import type { Lists } from "./lists";
import type { Query } from "./query";
import { countUpTo, ORDERS, placeOf, type Sort } from "./sorts";

/** A place in a list: of which query it is (`q`), the key of the last product seen and its id. */
const Cursor = Type.Object({ q: Type.String(), k: Type.Union([Type.String(), Type.Number()]), i: Type.String() });
type Cursor = Static<typeof Cursor>;

export interface Page {
	readonly entries: readonly Entry[];
	readonly nextCursor: string | null;
	readonly total: number;
}

export const badCursor = (): Rejection<"VALIDATION_FAILED"> =>
	reject("VALIDATION_FAILED", { errors: [{ path: "/cursor", message: "is no cursor of this list" }] });

/** A cursor is good for the query that it was made by, whatever the size of its pages. */
const markOf = ({ words, filters, sort }: Query): string =>
	createHash("sha1")
		.update(JSON.stringify([words, filters, sort]))
		.digest("base64url")
		.slice(0, 10);

/** By relevance: after the product itself; where it is no longer found, after what scored as high as it did. */
const afterHit = (list: readonly Entry[], scores: ReadonlyMap<string, number>, { k, i }: Cursor): number => {
	const known = list.findIndex(({ id }) => id === i);
	if (known >= 0) return known + 1;
	const lower = list.findIndex(({ id }) => (scores.get(id) ?? 0) < (k as number));
	return lower < 0 ? list.length : lower;
};

const keyMatches = (sort: Query["sort"], { k }: Cursor): boolean => (typeof k === "string") === (sort === "title");

/** @returns VALIDATION_FAILED where the cursor is none, or another query's */
export const pageOf = (lists: Lists, query: Query): Page | Rejection<"VALIDATION_FAILED"> => {
	const { words = "", sort, limit } = query;
	const list = lists.list(query);
	const scores = (): ReadonlyMap<string, number> => lists.scores(words);
	let start = 0;
	if (query.cursor !== undefined) {
		const cursor = decodeCursor(query.cursor, Cursor);
		if (cursor?.q !== markOf(query) || !keyMatches(sort, cursor)) return badCursor();
		start = sort === "relevance" ? afterHit(list, scores(), cursor) : countUpTo(ORDERS[sort], list, { key: cursor.k, id: cursor.i });
	}
	const entries = list.slice(start, start + limit);
	const last = entries.at(-1);
	const more = last !== undefined && start + limit < list.length;
	return { entries, total: list.length, nextCursor: more ? encodeCursor(cursorAfter(query, last, sort, scores)) : null };
};

const cursorAfter = (query: Query, last: Entry, sort: Sort | "relevance", scores: () => ReadonlyMap<string, number>): Cursor => ({
	q: markOf(query),
	k: sort === "relevance" ? (scores().get(last.id) ?? 0) : placeOf(ORDERS[sort], last).key,
	i: last.id,
});
