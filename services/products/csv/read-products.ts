import { timeSlice } from "@mixins/async/time-slice";
import { productAssembler } from "./products/product-assembler";
import type { Columns } from "./columns";
import type { CsvItem } from "./product-draft";
import { openCsvFile } from "./rows/csv-file";
import { scanHandles } from "./products/handle-scan";

/** Rows that are read in one go. */
const ROWS_AT_ONCE = 8;

export interface ReadOptions {
	/** Of the minor unit of the currency that prices are in: 2 for EUR, 0 for JPY. */
	readonly decimals: number;
	/** Told of the file's header, before its products. */
	readonly header?: (columns: Columns) => void;
}

/**
 * Reads a Shopify product CSV, with the headers of the time before 2024 or after, product by product. It is read twice: the first time for
 * handles alone, so that a product whose rows lie apart from each other waits for all of them. In memory are the products that wait, and the
 * handles and SKUs of those before.
 *
 * Something wrong in any of its rows refuses a product, but for SKU_DUPLICATE and OPTIONS_DUPLICATE, which leave a row out. A file that
 * breaks off refuses the product that it breaks. A file that cannot be read at all gives errors without handle and rows, and no more. Where
 * the source fails, so does the iteration.
 *
 * @param open gives the file's bytes, from the first, each time that it is called
 */
export const readProducts = async function* (
	open: () => AsyncIterable<Uint8Array | string>,
	{ decimals, header }: ReadOptions,
): AsyncGenerator<CsvItem, void, undefined> {
	const surveyed = await openCsvFile(open());
	if (Array.isArray(surveyed)) return yield* surveyed;
	header?.(surveyed.columns);
	const scattered = await scanHandles(surveyed);
	const opened = await openCsvFile(open());
	if (Array.isArray(opened)) return yield* opened;
	const { add, end } = productAssembler(opened.columns, decimals, scattered);
	let read = 0;
	for await (const batch of opened.rows()) {
		await timeSlice();
		for (const row of batch) {
			if (++read % ROWS_AT_ONCE === 0) await timeSlice();
			for (const item of add(row)) yield item;
		}
	}
	for (const item of end()) yield item;
};
