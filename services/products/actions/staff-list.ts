import { Type } from "@sinclair/typebox";
import type { Caller } from "@kernel/contract";
import { decodeCursor, encodeCursor, invalidCursor } from "@mixins/service/cursor";
import type { Handlers } from "@mixins/service/define-service";
import { filterInSlices } from "@mixins/async/time-slice";
import type { Entry } from "../catalogue/entry";
import { fold } from "../domain/text";
import { sortedArray } from "../catalogue/sorted-list";
import { ORDERS } from "../catalogue/sort-orders";
import type { Product, Products } from "../products.contract";
import type { ProductsContext } from "../context";

const Cursor = Type.Object({ at: Type.Integer(), id: Type.String() });
const DEFAULT_LIMIT = 20;

/** Folded search text per entry. It is cached because folding takes longer than searching. */
const searchTexts = new WeakMap<Entry, string>();

const searchTextOf = (entry: Entry): string => {
	const known = searchTexts.get(entry);
	if (known !== undefined) return known;
	const { title, handle, variants } = entry.product.content;
	const searchText = fold([entry.id, title, handle, ...variants.map(({ sku }) => sku)].join("\n"));
	searchTexts.set(entry, searchText);
	return searchText;
};

type Show = (caller: Caller, entries: readonly Entry[]) => Promise<Product[]>;

/** Lists all products for staff, including drafts and archived ones, newest first. */
export const staffList = ({ catalogue: { newestFirst } }: ProductsContext, show: Show): Pick<Handlers<typeof Products>, "list"> => ({
	async list({ q = "", status, limit = DEFAULT_LIMIT, cursor }, { caller }) {
		const position = cursor === undefined ? undefined : decodeCursor(cursor, Cursor);
		if (cursor !== undefined && !position) return invalidCursor();
		const wanted = fold(q.trim());
		const matches = (entry: Entry): boolean =>
			(status === undefined || entry.product.content.status === status) && searchTextOf(entry).includes(wanted);
		const isAll = status === undefined && wanted === "";
		const found = isAll ? newestFirst : sortedArray(ORDERS.newest, await filterInSlices(newestFirst.all(), matches));
		const start = position ? found.upTo({ key: position.at, id: position.id }) : 0;
		const page = found.slice(start, start + limit);
		const last = start + limit < found.length ? page.at(-1) : undefined;
		return {
			items: await show(caller, page),
			nextCursor: last ? encodeCursor({ at: last.product.createdAt, id: last.id }) : null,
			total: found.length,
		};
	},
});
