import { lineOf } from "../domain/categories";
import { pricesOf, type ExistingProduct } from "../views";

/** One product in memory, with what finding it looks at. Replaced when the product changes; only `inStock` is changed in place. */
export interface Entry {
	readonly id: string;
	readonly version: number;
	readonly product: ExistingProduct;
	readonly active: boolean;
	/** In minor units of the shop's currency; null where its prices are in another one. */
	readonly low: number | null;
	readonly high: number | null;
	/** The ids of its categories and of all that they lie in. */
	readonly categories: readonly string[];
	/** For each of the product's options, the values that a variant has. */
	readonly values: readonly (readonly string[])[];
	inStock: boolean;
}

/** Mostly the option's own list, which is then not kept twice. */
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
