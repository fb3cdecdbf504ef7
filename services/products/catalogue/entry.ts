import { categoryOf, withAncestors, type Category } from "../domain/categories";
import { pricesOf, type Live } from "../views";

/** One product in memory, with what finding it looks at. Replaced when the product changes; only `inStock` is changed in place. */
export interface Entry {
	readonly id: string;
	readonly version: number;
	readonly product: Live;
	readonly active: boolean;
	/** In minor units of the shop's currency; null where its prices are in another one. */
	readonly low: number | null;
	readonly high: number | null;
	/** The ids of its categories and of all that they lie in. */
	readonly categories: readonly string[];
	inStock: boolean;
}

/** The categories that were met, so that each id is worked out once. */
export interface Categories {
	/** The category and those that it lies in, the widest first. */
	line(path: readonly string[]): readonly Category[];
}

export const categoriesMet = (): Categories => {
	const known = new Map<string, readonly Category[]>();
	return {
		line(path) {
			const key = JSON.stringify(path);
			const found = known.get(key) ?? withAncestors(path).map(categoryOf);
			known.set(key, found);
			return found;
		},
	};
};

export const entryOf = (
	product: Live,
	version: number,
	shopCurrency: string,
	categories: Categories,
	inStock: (sku: string) => boolean,
): Entry => {
	const { content } = product;
	const comparable = content.currency === shopCurrency;
	const { low, high } = pricesOf(content);
	return {
		id: product.id,
		version,
		product,
		active: content.status === "active",
		low: comparable ? low : null,
		high: comparable ? high : null,
		categories: [...new Set(content.categories.flatMap((path) => categories.line(path).map(({ id }) => id)))],
		inStock: content.variants.some(({ sku }) => inStock(sku)),
	};
};
