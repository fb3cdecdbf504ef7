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

/** What is looked through for an entry; kept, since folding letters takes longer than looking. */
const sayings = new WeakMap<Entry, string>();

const sayingOf = (entry: Entry): string => {
	const known = sayings.get(entry);
	if (known !== undefined) return known;
	const { title, handle, variants } = entry.product.content;
	const saying = fold([entry.id, title, handle, ...variants.map(({ sku }) => sku)].join("\n"));
	sayings.set(entry, saying);
	return saying;
};

type Show = (caller: Caller, entries: readonly Entry[]) => Promise<Product[]>;

/** All products for staff, drafts and archived ones too, the newest first. */
export const staffList = ({ catalogue: { newestFirst } }: ProductsContext, show: Show): Pick<Handlers<typeof Products>, "list"> => ({
	async list({ q = "", status, limit = DEFAULT_LIMIT, cursor }, { caller }) {
		const place = cursor === undefined ? undefined : decodeCursor(cursor, Cursor);
		if (cursor !== undefined && !place) return invalidCursor();
		const wanted = fold(q.trim());
		const meets = (entry: Entry): boolean =>
			(status === undefined || entry.product.content.status === status) && sayingOf(entry).includes(wanted);
		const isAll = status === undefined && wanted === "";
		const found = isAll ? newestFirst : sortedArray(ORDERS.newest, await filterInSlices(newestFirst.all(), meets));
		const start = place ? found.upTo({ key: place.at, id: place.id }) : 0;
		const page = found.slice(start, start + limit);
		const last = start + limit < found.length ? page.at(-1) : undefined;
		return {
			items: await show(caller, page),
			nextCursor: last ? encodeCursor({ at: last.product.createdAt, id: last.id }) : null,
			total: found.length,
		};
	},
});
