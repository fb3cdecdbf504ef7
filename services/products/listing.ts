import { Type } from "@sinclair/typebox";
import type { Caller } from "@kernel/contract";
import { decodeCursor, encodeCursor } from "@mixins/cursor";
import type { Handlers } from "@mixins/service";
import type { Entry } from "./catalogue/entry";
import { fold } from "./catalogue/fold";
import { badCursor } from "./catalogue/pages";
import { compareEntries, comparePlaces, ORDERS, placeOf } from "./catalogue/sorts";
import type { Product, Products } from "./products.contract";
import type { Shelf } from "./shelf";

const Cursor = Type.Object({ at: Type.Integer(), id: Type.String() });
const newestFirst = compareEntries(ORDERS.newest);
const DEFAULT_LIMIT = 20;

const saysSo = (words: string) => {
	const wanted = fold(words.trim());
	return ({ id, product: { content } }: Entry): boolean =>
		id === words ||
		fold(content.title).includes(wanted) ||
		content.handle.includes(wanted) ||
		content.variants.some(({ sku }) => fold(sku).includes(wanted));
};

/** All products for staff, drafts and archived ones too, the newest first. */
export const listing = (
	{ catalogue }: Shelf,
	show: (caller: Caller, entries: readonly Entry[]) => Promise<Product[]>,
): Pick<Handlers<typeof Products>, "list"> => ({
	async list({ q = "", status, limit = DEFAULT_LIMIT, cursor }, { caller }) {
		const place = cursor === undefined ? undefined : decodeCursor(cursor, Cursor);
		if (cursor !== undefined && !place) return badCursor();
		const says = saysSo(q);
		const found = [...catalogue.all()]
			.filter((entry) => (status === undefined || entry.product.content.status === status) && (q === "" || says(entry)))
			.sort(newestFirst);
		const after = place ? { key: place.at, id: place.id } : undefined;
		const start = after ? found.findIndex((entry) => comparePlaces(ORDERS.newest, placeOf(ORDERS.newest, entry), after) > 0) : 0;
		const page = start < 0 ? [] : found.slice(start, start + limit);
		const last = page.at(-1);
		const more = last !== undefined && start + limit < found.length;
		return {
			items: await show(caller, page),
			nextCursor: more ? encodeCursor({ at: last.product.createdAt, id: last.id }) : null,
			total: found.length,
		};
	},
});
