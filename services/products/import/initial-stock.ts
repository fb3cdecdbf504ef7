import { tryCall } from "@kernel/contract";
import { isRejection } from "@kernel/rejection";
import { inSlices } from "@mixins/async/time-slice";
import { Inventory } from "@services/inventory/inventory.contract";
import type { ProductDraft, VariantDraft } from "../csv/product-draft";
import type { Content } from "../domain/model";
import type { ReportBuilder } from "./import-report";
import { stockTooLow } from "./row-errors";
import type { ImportContext } from "./import-target";

/** Rows of the draft that became variants of the content. */
export const rowsIn = ({ variants }: ProductDraft, content: Content): VariantDraft[] => {
	const kept = new Set(content.variants.map(({ sku }) => sku));
	return variants.filter(({ sku }) => kept.has(sku));
};

type CountStock = (draft: ProductDraft, content: Content, tally: ReportBuilder) => Promise<void>;

/** Sets the stock of each variant to the quantity in the file. Variants without a quantity are registered with the inventory. */
export const stockCounter =
	({ context: { catalogue }, stocks, reading, request, mode }: ImportContext): CountStock =>
	async (draft, content, tally) => {
		const rows = rowsIn(draft, content);
		const count = async (row: VariantDraft, onHand: number): Promise<void> => {
			const outcome = await tryCall(request.caller, Inventory.set, {
				sku: row.sku,
				onHand,
				reason: "import",
				onlyNew: mode === "new",
			});
			if (isRejection(outcome)) {
				tally.error(stockTooLow(draft, row, reading.headers));
				return;
			}
			if (outcome.changed) tally.stockSet();
			stocks.applyLevel(outcome.level);
		};
		const isDue = (sku: string): boolean => mode === "set" || !catalogue.isCounted(sku);
		const withoutStock = rows.filter(({ stock }) => stock === null).map(({ sku }) => sku);
		const withStock = rows.flatMap((row) => (row.stock !== null && isDue(row.sku) ? [{ row, stock: row.stock }] : []));
		await Promise.all([inSlices(withStock, ({ row, stock }) => count(row, stock)), stocks.register(request.caller, withoutStock)]);
	};
