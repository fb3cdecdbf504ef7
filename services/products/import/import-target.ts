import type { Request } from "@mixins/service/request";
import type { ProductDraft, RowError } from "../csv/product-draft";
import { compose } from "../domain/compose";
import type { Content } from "../domain/model";
import type { Invalid } from "../actions/save-product";
import type { ProductsContext } from "../context";
import type { StockSync } from "../catalogue-sync/stock-sync";
import { currencyFor, inexactPrices, proposalFromDraft, type PriceReading } from "./proposal-from-draft";
import type { ProductOutcome } from "./import-report";
import type { ReportBuilder } from "./import-report";
import { inexactRows } from "./row-errors";

/** Processes the products of an import: writes them, or only determines the result in a dry run. */
export interface ImportTarget {
	/**
	 * Processes one product and its stock. Called in the order of the file.
	 *
	 * @param earlier earlier products still being processed, which may release a SKU that this product needs
	 */
	product(draft: ProductDraft, earlier: readonly Promise<void>[], tally: ReportBuilder): Promise<ProductOutcome>;
}

export interface ImportContext {
	readonly context: ProductsContext;
	readonly stocks: StockSync;
	readonly reading: PriceReading;
	readonly request: Request;
	readonly clock: () => number;
	/** "new": sets stock only for SKUs without a stock record. "set": sets it for all. */
	readonly mode: "new" | "set";
}

const NONE: ReadonlySet<string> = new Set();

/** Composes the content of a draft, without the SKUs in `leaveOut`. @returns the content, or the rejection of the domain */
export const composeDraft = (
	id: string,
	draft: ProductDraft,
	reading: PriceReading,
	current: Content | null,
	leaveOut = NONE,
): Content | Invalid => compose(id, proposalFromDraft(draft, reading, current, leaveOut), current);

export const priceErrors = (draft: ProductDraft, reading: PriceReading, current: Content | null): RowError[] => {
	const currency = currencyFor(reading, current);
	return inexactRows(draft, inexactPrices(draft, reading, currency), currency, reading.headers);
};
