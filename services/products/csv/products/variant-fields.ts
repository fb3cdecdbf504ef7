import type { VariantDraft } from "../product-draft";
import { LIMITS } from "../limits";
import type { RowReader } from "./row-reader";
import { parseGrams, parseImageUrl, parsePrice, parseStock } from "./cell-values";

/** A variant without its options, whose names the first row knows; `sku` is "" where one is still to be made. */
export type VariantFields = Omit<VariantDraft, "options">;

/** Whether the row is a variant; otherwise it carries an image, or nothing. */
export const isVariant = (row: RowReader): boolean => {
	const says = (...columns: Parameters<RowReader["text"]>[0][]) => columns.some((column) => row.text(column) !== "");
	if (says("option1Value", "option2Value", "option3Value", "sku", "price", "compareAtPrice", "barcode")) return true;
	// of a row with an image these do not count: people fill columns down to the last row
	return !says("imageUrl") && says("stock", "grams", "variantImage");
};

const priceOf = (row: RowReader, decimals: number): number => {
	if (row.text("price") === "") row.note("PRICE_INVALID", "price", "there is none");
	return row.value("price", (text) => parsePrice(text, decimals), "PRICE_INVALID", 0);
};

/** A product that once cost nothing is not reduced. */
const compareAtPriceOf = (row: RowReader, decimals: number): number | null => {
	const price = row.value("compareAtPrice", (text) => parsePrice(text, decimals), "PRICE_INVALID", 0);
	return price === 0 ? null : price;
};

/** Shopify writes '0123 where a spreadsheet would make a number of 0123. */
const barcodeOf = (row: RowReader): string | null => {
	const barcode = row.short("barcode", LIMITS.barcode, "BARCODE_INVALID").replace(/^'(?=\d)/, "");
	return barcode === "" ? null : barcode;
};

/**
 * What a row says of its variant, and of nothing else.
 *
 * @param decimals of the currency's minor unit
 */
export const variantFields = (row: RowReader, line: number, decimals: number): VariantFields => ({
	sku: row.short("sku", LIMITS.sku, "SKU_INVALID"),
	barcode: barcodeOf(row),
	price: priceOf(row, decimals),
	compareAtPrice: compareAtPriceOf(row, decimals),
	weightGrams: row.value("grams", parseGrams, "WEIGHT_INVALID", 0),
	taxable: row.boolean("taxable", true),
	requiresShipping: row.boolean("requiresShipping", true),
	imageUrl: row.value<string | null>("variantImage", parseImageUrl, "IMAGE_URL_INVALID", null),
	stock: row.value<number | null>("stock", parseStock, "STOCK_INVALID", null),
	line,
});
