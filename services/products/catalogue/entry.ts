import { lineOf } from "../domain/categories";
import { pricesOf, type ExistingProduct } from "../views";

/** A product in memory with its search attributes. It is replaced when the product changes; only `inStock` is mutable. */
export interface Entry {
	readonly id: string;
	readonly version: number;
	readonly product: ExistingProduct;
	readonly active: boolean;
	/** Lowest price in minor units of the shop's currency; null if the product's prices are in another currency. */
	readonly low: number | null;
	/** Highest price; unit as `low`. */
	readonly high: number | null;
	/** Ids of its categories and of all their ancestors. */
	readonly categories: readonly string[];
	/** For each option of the product, the values used by its variants. */
	readonly values: readonly (readonly string[])[];
	inStock: boolean;
}

/** Reuses the option's own list if all its values are used, which saves memory. */
const valuesOf = ({ options, variants }: ExistingProduct["content"]): (readonly string[])[] =>
	options.map((option, index) => {
		const used = new Set(variants.map(({ values }) => values[index] ?? ""));
		return used.size === option.values.length ? option.values : [...used];
	});

export const entryOf = (product: ExistingProduct, version: number, shopCurrency: string, inStock: (sku: string) => boolean): Entry => {
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
		categories: [...new Set(content.categories.flatMap((path) => lineOf(path).map(({ id }) => id)))],
		values: valuesOf(content),
		inStock: content.variants.some(({ sku }) => inStock(sku)),
	};
};
