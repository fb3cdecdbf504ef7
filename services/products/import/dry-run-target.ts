import { derivedId } from "@kernel/ids";
import { isRejection } from "@kernel/rejection";
import type { ProductDraft } from "../csv/product-draft";
import { sameContent, type Content } from "../domain/model";
import { levelsOf } from "../catalogue-sync/stock-sync";
import type { ReportBuilder } from "./import-report";
import { rowErrors, stockTooLow, takenRows } from "./row-errors";
import { rowsIn } from "./initial-stock";
import { composeDraft, priceErrors, type ImportContext, type ImportTarget } from "./import-target";

/** Target of a dry run. It gives the same report as an import, writes nothing and tracks which product would own each SKU. */
export const dryRunTarget = ({
	context: { catalogue },
	reading,
	request,
	mode,
}: Pick<ImportContext, "context" | "reading" | "request" | "mode">): ImportTarget => {
	const owners = new Map<string, { readonly id: string; readonly handle: string } | null>();

	const ownerOf = (sku: string): { readonly id: string; readonly handle: string } | null => {
		const known = owners.get(sku);
		if (known !== undefined) return known;
		const entry = catalogue.bySku(sku)?.entry;
		return entry ? { id: entry.id, handle: entry.product.content.handle } : null;
	};

	const remember = (id: string, before: Content | null, { handle, variants }: Content): void => {
		for (const { sku } of before?.variants ?? []) owners.set(sku, null);
		for (const { sku } of variants) owners.set(sku, { id, handle });
	};

	const countStock = async (draft: ProductDraft, content: Content, report: ReportBuilder): Promise<void> => {
		const rows = rowsIn(draft, content).filter(({ stock }) => stock !== null);
		const levels = await levelsOf(
			request.caller,
			rows.map(({ sku }) => sku),
		);
		for (const row of rows) {
			const level = levels.get(row.sku);
			const stock = row.stock ?? 0;
			if (level && (mode === "new" || level.onHand === stock)) continue;
			if (level && stock < level.reserved + level.allocated) report.error(stockTooLow(draft, row, reading.headers));
			else report.stockSet();
		}
	};

	return {
		async product(draft, _, report) {
			const entry = catalogue.byHandle(draft.handle);
			const id = entry?.id ?? derivedId("prod", "rehearsal", draft.handle);
			const before = entry?.product.content ?? null;
			const prices = priceErrors(draft, reading, before);
			if (prices.length > 0) return { refused: prices };
			const complete = composeDraft(id, draft, reading, before);
			if (isRejection(complete)) return { refused: rowErrors(draft, complete) };
			const taken = new Set(complete.variants.flatMap(({ sku }) => (ownerOf(sku) && ownerOf(sku)?.id !== id ? sku : [])));
			const leftOut = takenRows(draft, taken, (sku) => ownerOf(sku)?.handle, reading.headers);
			if (taken.size === complete.variants.length) return { refused: leftOut };
			const content = taken.size === 0 ? complete : composeDraft(id, draft, reading, before, taken);
			if (isRejection(content)) return { refused: rowErrors(draft, content) };
			remember(id, before, content);
			await countStock(draft, content, report);
			return { before, content, changed: !before || !sameContent(before, content), leftOut };
		},
	};
};
