import { decimalsOf } from "@kernel/money";
import type { ProductDraft, VariantDraft } from "../csv/product-draft";
import type { Content } from "../domain/model";
import type { Proposal } from "../domain/proposal";
import type { Headers } from "./row-errors";

/** In which currency a file's prices are, and how they were read. */
export interface PriceReading {
	/** Given with the import: all its products are in it. Undefined: a product that stands keeps its own, a new one is in the shop's. */
	readonly currency: string | undefined;
	readonly shopCurrency: string;
	/** Decimals with which prices were read. */
	readonly decimals: number;
	readonly headers: Headers;
}

export const currencyFor = ({ currency, shopCurrency }: PriceReading, standing: Content | null): string =>
	currency ?? standing?.currency ?? shopCurrency;

const divisor = (reading: PriceReading, currency: string): number => 10 ** (reading.decimals - decimalsOf(currency));

/** The variants with a price that has more decimals than the currency. */
export const inexactPrices = ({ variants }: ProductDraft, reading: PriceReading, currency: string): VariantDraft[] => {
	const by = divisor(reading, currency);
	return variants.filter(({ price, compareAtPrice }) => price % by !== 0 || (compareAtPrice ?? 0) % by !== 0);
};

/** A file knows one category of a product; the others that it has stay where that one does. */
const categoriesOf = (path: readonly string[], standing: Content | null): Content["categories"] => {
	const first = standing?.categories[0];
	if (first && JSON.stringify(first) === JSON.stringify(path)) return standing.categories;
	return path.length === 0 ? [] : [path];
};

/** A row of a file says all that there is to say of a product: what stands and is not in it goes. */
export const proposalFromDraft = (
	draft: ProductDraft,
	reading: PriceReading,
	standing: Content | null,
	leaveOut: ReadonlySet<string>,
): Proposal => {
	const { handle, title, description, vendor, type, tags, categoryPath, status, media, seo } = draft;
	const currency = currencyFor(reading, standing);
	const by = divisor(reading, currency);
	const variants = draft.variants.filter(({ sku }) => !leaveOut.has(sku));
	return {
		handle,
		title,
		description,
		vendor,
		type,
		tags,
		categories: categoriesOf(categoryPath, standing),
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
