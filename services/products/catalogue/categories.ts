import { Type } from "@sinclair/typebox";
import type { Rejection } from "@kernel/rejection";
import { decodeCursor, encodeCursor, invalidCursor } from "@mixins/service/cursor";
import { categoryOf, type Category } from "../domain/categories";
import type { Serialized } from "../products.contract";
import type { AttributeIndex } from "./attribute-index";
import { serialized } from "./serialized";

const Cursor = Type.Object({ path: Type.Array(Type.String()) });
const collator = new Intl.Collator("en");

/** Orders by name at each level, with each category directly after its parent. */
const comparePaths = (a: readonly string[], b: readonly string[]): number => {
	for (let level = 0; level < Math.min(a.length, b.length); level++) {
		const [left = "", right = ""] = [a[level], b[level]];
		const order = collator.compare(left, right) || (left < right ? -1 : left > right ? 1 : 0);
		if (order !== 0) return order;
	}
	return a.length - b.length;
};

const parentOf = ({ path }: Category): string | null => (path.length < 2 ? null : categoryOf(path.slice(0, -1)).id);

/** Flat list of the category tree, parents first. Each entry counts the active products in it and its subcategories. */
export const categoriesPage = (
	groups: AttributeIndex,
	limit: number,
	cursor: string | undefined,
): Serialized | Rejection<"VALIDATION_FAILED"> => {
	const position = cursor === undefined ? undefined : decodeCursor(cursor, Cursor);
	if (cursor !== undefined && !position) return invalidCursor();
	const all = [...groups.categories.values()].sort((a, b) => comparePaths(a.path, b.path));
	const rest = position ? all.filter(({ path }) => comparePaths(path, position.path) > 0) : all;
	const items = rest.slice(0, limit);
	const last = items.at(-1);
	return serialized(
		Buffer.from(
			JSON.stringify({
				items: items.map((category) => ({
					...category,
					parentId: parentOf(category),
					productCount: groups.category.get(category.id)?.size ?? 0,
				})),
				nextCursor: last && rest.length > limit ? encodeCursor({ path: last.path }) : null,
				total: all.length,
			}),
		),
	);
};
