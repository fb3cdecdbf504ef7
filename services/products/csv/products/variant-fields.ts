import type { VariantDraft } from "../product-draft";
import { LIMITS } from "../limits";
import type { RowReader } from "./row-reader";
import { parseGrams, parseImageUrl, parsePrice, parseStock } from "./cell-values";

/** A variant without its options, whose names are in the first row. `sku` is "" if it must be generated. */
export type VariantFields = Omit<VariantDraft, "options">;

/** Whether the row describes a variant. Any other row has only an image, or is empty. */
export const isVariant = (row: RowReader): boolean => {
	const hasAny = (...columns: Parameters<RowReader["text"]>[0][]) => columns.some((column) => row.text(column) !== "");
	if (hasAny("option1Value", "option2Value", "option3Value", "sku", "price", "compareAtPrice", "barcode")) return true;
	// in a row with an image these columns are ignored, because spreadsheets often fill them down to the last row
	return !hasAny("imageUrl") && hasAny("stock", "grams", "variantImage");
};

const priceOf = (row: RowReader, decimals: number): number => {
	if (row.text("price") === "") row.note("PRICE_INVALID", "price", "the price is missing");
	return row.value("price", (text) => parsePrice(text, decimals), "PRICE_INVALID", 0);
};

/** A compare-at price of 0 means none. */
const compareAtPriceOf = (row: RowReader, decimals: number): number | null => {
	const price = row.value("compareAtPrice", (text) => parsePrice(text, decimals), "PRICE_INVALID", 0);
	return price === 0 ? null : price;
};

/** Removes the apostrophe that Shopify writes before a number, as in '0123, to keep its leading zeros in spreadsheets. */
const barcodeOf = (row: RowReader): string | null => {
	const barcode = row.short("barcode", LIMITS.barcode, "BARCODE_INVALID").replace(/^'(?=\d)/, "");
	return barcode === "" ? null : barcode;
};

/**
 * Reads the fields of the variant.
 *
 * @param decimals decimals of the currency
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
