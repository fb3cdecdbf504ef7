import { timeSlice } from "@mixins/async/time-slice";
import { productAssembler } from "./products/product-assembler";
import type { Columns } from "./columns";
import type { CsvItem } from "./product-draft";
import { openCsvFile } from "./rows/csv-file";
import { scanHandles } from "./products/handle-scan";

/** Number of rows per time slice check. */
const ROWS_AT_ONCE = 8;

export interface ReadOptions {
	/** Decimals of the currency of the prices: 2 for EUR, 0 for JPY. */
	readonly decimals: number;
	/** Called with the columns of the file before the first product. */
	readonly header?: (columns: Columns) => void;
}

/**
 * Reads a Shopify product CSV, with the headers used before or since 2024, product by product. The file is read twice. The first pass reads
 * only handles, so that a product with non-adjacent rows can wait for all of them. Memory holds the incomplete products, and the handles and
 * SKUs of earlier ones.
 *
 * A problem in any row rejects the product, except SKU_DUPLICATE and OPTIONS_DUPLICATE, which skip the row. A truncated file rejects the
 * product that is cut. An unreadable file yields only errors without handle and rows. If the source fails, the iteration fails.
 *
 * @param open returns the bytes of the file from the start; called once per pass
 */
export const readProducts = async function* (
	open: () => AsyncIterable<Uint8Array | string>,
	{ decimals, header }: ReadOptions,
): AsyncGenerator<CsvItem, void, undefined> {
	const firstPass = await openCsvFile(open());
	if (Array.isArray(firstPass)) return yield* firstPass;
	header?.(firstPass.columns);
	const scattered = await scanHandles(firstPass);
	const secondPass = await openCsvFile(open());
	if (Array.isArray(secondPass)) return yield* secondPass;
	const { add, end } = productAssembler(secondPass.columns, decimals, scattered);
	let read = 0;
	for await (const batch of secondPass.rows()) {
		await timeSlice();
		for (const row of batch) {
			if (++read % ROWS_AT_ONCE === 0) await timeSlice();
			for (const item of add(row)) yield item;
		}
	}
	for (const item of end()) yield item;
};
