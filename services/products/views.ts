import { rfc3339 } from "@kernel/clock";
import { categoryOf } from "./domain/categories";
import { derivedTitle, optionsOf, type Content, type Product as State, type Variant as VariantState } from "./domain/model";
import type { Offer, Product, Variant } from "./products.contract";

/** Source of stock data for a view. */
export interface Stock {
	inStock(sku: string): boolean;
	/** Available quantity, for staff only. Absent if levels were not read. */
	available?(sku: string): number | undefined;
}

/** A product that exists and is not removed, in any status. */
export interface ExistingProduct extends State {
	readonly content: Content;
}

export const titleOf = (content: Content, { title, values }: VariantState): string => title ?? derivedTitle(content, values);

const variantView = (content: Content, variant: VariantState, stock: Stock): Variant => {
	const { id, sku, barcode, values, price, compareAtPrice, weightGrams, taxable, requiresShipping, imageUrl } = variant;
	const { currency, options } = content;
	const available = stock.available?.(sku);
	return {
		id,
		sku,
		barcode,
		title: titleOf(content, variant),
		options: optionsOf(options, values),
		price: { amount: price, currency },
		compareAtPrice: compareAtPrice === null ? null : { amount: compareAtPrice, currency },
		weightGrams,
		taxable,
		requiresShipping,
		imageUrl,
		inStock: available === undefined ? stock.inStock(sku) : available > 0,
		...(available !== undefined && { available }),
	};
};

/** Lowest and highest price of the variants, in minor units. */
export const pricesOf = ({ variants }: Content): { low: number; high: number } =>
	variants.reduce(({ low, high }, { price }) => ({ low: Math.min(low, price), high: Math.max(high, price) }), {
		low: Infinity,
		high: -Infinity,
	});

export const productView = ({ id, content, createdAt, updatedAt }: ExistingProduct, version: number, stock: Stock): Product => {
	const { handle, title, description, vendor, type, tags, categories, status, options, media, currency, seo } = content;
	const variants = content.variants.map((variant) => variantView(content, variant, stock));
	const { low, high } = pricesOf(content);
	return {
		id,
		handle,
		title,
		description,
		vendor,
		type,
		tags: [...tags],
		categories: categories.map(categoryOf).map((category) => ({ ...category, path: [...category.path] })),
		status,
		options: options.map(({ name, values }) => ({ name, values: [...values] })),
		media: media.map((medium) => ({ ...medium })),
		variants,
		priceRange: { min: { amount: low, currency }, max: { amount: high, currency } },
		inStock: variants.some(({ inStock }) => inStock),
		seo: { ...seo },
		createdAt: rfc3339(createdAt),
		updatedAt: rfc3339(updatedAt),
		version,
	};
};

export const offerView = ({ id, content }: ExistingProduct, variant: VariantState): Offer => ({
	sku: variant.sku,
	productId: id,
	variantId: variant.id,
	title: content.title,
	variantTitle: content.options.length === 0 ? (variant.title ?? "") : titleOf(content, variant),
	imageUrl: variant.imageUrl ?? content.media[0]?.url ?? null,
	unitPrice: { amount: variant.price, currency: content.currency },
	weightGrams: variant.weightGrams,
	taxable: variant.taxable,
	requiresShipping: variant.requiresShipping,
	forSale: content.status === "active",
});
