import { decimalsOf } from "@kernel/money";
import type { ProductDraft, VariantDraft } from "../csv/product-draft";
import type { Content } from "../domain/model";
import type { Proposal } from "../domain/proposal";
import type { Headers } from "./row-errors";

/** Currency of a file's prices, and how the prices were read. */
export interface PriceReading {
	/** Currency given with the import, for all its products. If undefined, existing products keep theirs and new ones use the shop's. */
	readonly currency: string | undefined;
	readonly shopCurrency: string;
	/** Number of decimals with which prices were read. */
	readonly decimals: number;
	readonly headers: Headers;
}

export const currencyFor = ({ currency, shopCurrency }: PriceReading, current: Content | null): string =>
	currency ?? current?.currency ?? shopCurrency;

const divisor = (reading: PriceReading, currency: string): number => 10 ** (reading.decimals - decimalsOf(currency));

/** Variants with a price that has more decimals than the currency. */
export const inexactPrices = ({ variants }: ProductDraft, reading: PriceReading, currency: string): VariantDraft[] => {
	const by = divisor(reading, currency);
	return variants.filter(({ price, compareAtPrice }) => price % by !== 0 || (compareAtPrice ?? 0) % by !== 0);
};

/** A file has one category per product. If it equals the product's first category, the other categories are kept. */
const categoriesOf = (path: readonly string[], current: Content | null): Content["categories"] => {
	const first = current?.categories[0];
	if (first && JSON.stringify(first) === JSON.stringify(path)) return current.categories;
	return path.length === 0 ? [] : [path];
};

/** Converts a draft to a complete proposal. Variants, media and other data that are not in the file are removed. */
export const proposalFromDraft = (
	draft: ProductDraft,
	reading: PriceReading,
	current: Content | null,
	leaveOut: ReadonlySet<string>,
): Proposal => {
	const { handle, title, description, vendor, type, tags, categoryPath, status, media, seo } = draft;
	const currency = currencyFor(reading, current);
	const by = divisor(reading, currency);
	const variants = draft.variants.filter(({ sku }) => !leaveOut.has(sku));
	return {
		handle,
		title,
		description,
		vendor,
		type,
		tags,
		categories: categoriesOf(categoryPath, current),
		status,
		media,
		seo,
		variants: variants.map(({ sku, barcode, options, price, compareAtPrice, weightGrams, taxable, requiresShipping, imageUrl }) => ({
			sku,
			barcode,
			options,
			price: { amount: price / by, currency },
			compareAtPrice: compareAtPrice === null ? null : { amount: compareAtPrice / by, currency },
			weightGrams,
			taxable,
			requiresShipping,
			imageUrl,
		})),
	};
};
