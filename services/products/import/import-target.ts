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

/** How an import takes in a product: for real, or only to see what would come of it. */
export interface ImportTarget {
	/**
	 * Called in the order of the file. Counts what the file says there is of its variants.
	 *
	 * @param earlier the products before it that are still under way: they may be giving up a SKU that this one wants
	 */
	product(draft: ProductDraft, earlier: readonly Promise<void>[], tally: ReportBuilder): Promise<ProductOutcome>;
}

export interface ImportContext {
	readonly shelf: ProductsContext;
	readonly stocks: StockSync;
	readonly reading: PriceReading;
	readonly request: Request;
	readonly clock: () => number;
	/** "new": only SKUs that were never counted. */
	readonly mode: "new" | "set";
}

const NONE: ReadonlySet<string> = new Set();

/** Where the file's prices say more than its currency can, or the domain refuses it. */
export const composeDraft = (
	id: string,
	draft: ProductDraft,
	reading: PriceReading,
	standing: Content | null,
	leaveOut = NONE,
): Content | Invalid => compose(id, proposalFromDraft(draft, reading, standing, leaveOut), standing);

export const priceErrors = (draft: ProductDraft, reading: PriceReading, standing: Content | null): RowError[] => {
	const currency = currencyFor(reading, standing);
	return inexactRows(draft, inexactPrices(draft, reading, currency), currency, reading.headers);
};
