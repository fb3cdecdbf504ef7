import type { Caller } from "@kernel/contract";
import { decimalsOf } from "@kernel/money";
import type { Handlers } from "@mixins/service/define-service";
import { timeSlice } from "@mixins/async/time-slice";
import type { Entry } from "../catalogue/entry";
import { writeProducts, type ExportProduct } from "../csv/write-products";
import { optionsOf, type Content } from "../domain/model";
import type { Products } from "../products.contract";
import type { ProductsContext } from "../context";
import { levelsOf } from "../catalogue-sync/stock-sync";

/** Number of products per inventory request; their rows are written together. */
const BATCH = 20;

const draftOf = (content: Content, onHand: (sku: string) => number | null): ExportProduct => {
	const { handle, title, description, vendor, type, tags, categories, status, options, media, variants, seo } = content;
	return {
		handle,
		title,
		description,
		vendor,
		type,
		tags: [...tags],
		categoryPath: [...(categories[0] ?? [])],
		status,
		options: options.map(({ name, values }) => ({ name, values: [...values] })),
		media: media.map((medium) => ({ ...medium })),
		variants: variants.map(({ sku, barcode, values, price, compareAtPrice, weightGrams, taxable, requiresShipping, imageUrl }) => ({
			sku,
			barcode,
			options: optionsOf(options, values),
			price,
			compareAtPrice,
			weightGrams,
			taxable,
			requiresShipping,
			imageUrl,
			stock: onHand(sku),
		})),
		seo: { ...seo },
		decimals: decimalsOf(content.currency),
	};
};

async function* drafts(caller: Caller, entries: readonly Entry[]): AsyncIterable<ExportProduct> {
	for (let start = 0; start < entries.length; start += BATCH) {
		await timeSlice();
		const batch = entries.slice(start, start + BATCH).map(({ product }) => product.content);
		const levels = await levelsOf(
			caller,
			batch.flatMap(({ variants }) => variants.map(({ sku }) => sku)),
		);
		for (const content of batch) yield draftOf(content, (sku) => levels.get(sku)?.onHand ?? null);
	}
}

/**
 * Exports all products as CSV, oldest first. Product data is as of the start of the export; stock is read per batch. Each price is in its
 * product's own currency, which an import keeps.
 */
export const exportProducts = ({ catalogue }: ProductsContext): Pick<Handlers<typeof Products>, "export"> => ({
	async export(_, { caller }) {
		const entries = [...catalogue.newestFirst.all()].reverse();
		return writeProducts(drafts(caller, entries));
	},
});
