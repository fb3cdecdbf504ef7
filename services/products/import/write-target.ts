import { randomId } from "@kernel/ids";
import { isRejection, reject, type Rejection } from "@kernel/rejection";
import type { Request } from "@mixins/service/request";
import { timeSlice } from "@mixins/async/time-slice";
import type { ProductDraft } from "../csv/product-draft";
import { handleName, sameContent, type Content } from "../domain/model";
import { saveProduct, skusTaken, type ProductChange, type Invalid } from "../actions/save-product";
import type { ReportBuilder } from "./import-report";
import { rowErrors, takenRows } from "./row-errors";
import { stockCounter } from "./initial-stock";
import { composeDraft, priceErrors, type ImportContext, type ImportTarget } from "./import-target";

type Refusal = Invalid | Rejection<"SKU_TAKEN">;

const NONE: ReadonlySet<string> = new Set();
const MAX_ATTEMPTS = 4;
const MAX_AHEAD_MS = 1_000;

interface Attempt {
	readonly draft: ProductDraft;
	/** Whether the product may go in without the rows whose SKU is another's. */
	readonly partial: boolean;
	readonly at: number;
	readonly tally: ReportBuilder;
	/** Whether the product's id was made for it just now. */
	readonly isNew: boolean;
}

/** An import for real. */
export const writeTarget = (means: ImportContext): ImportTarget => {
	const { shelf, reading, request, clock } = means;
	const countStock = stockCounter(means);
	const ownerOf = (sku: string): string | undefined => shelf.catalogue.bySku(sku)?.entry.product.content.handle;
	const quiet: Request = { ...request, expected: undefined };

	const attempt = async (id: string, { draft, partial, at, tally, isNew }: Attempt) => {
		let standing: Content | null = null;
		let taken = NONE;
		const change: ProductChange<Refusal> = {
			compose(now) {
				standing = now;
				return priceErrors(draft, reading, now).length > 0 ? reject("VALIDATION_FAILED") : composeDraft(id, draft, reading, now);
			},
			without(content, others) {
				taken = others;
				return partial && others.size < content.variants.length
					? composeDraft(id, draft, reading, standing, others)
					: skusTaken(content, others);
			},
			// The commits of many products are answered together: each goes on in a slice of its own.
			async prepare(content) {
				await timeSlice();
				await countStock(draft, content, tally);
				await timeSlice();
			},
		};
		const outcome = await saveProduct(shelf, id, change, quiet, at, isNew);
		return { outcome, taken, standing: standing as Content | null };
	};

	/** What the catalogue of the one process that writes knows to stand already needs no actor. */
	const standsAlready = (draft: ProductDraft): Content | undefined => {
		const entry = shelf.exclusive ? shelf.catalogue.byHandle(draft.handle) : undefined;
		if (!entry) return undefined;
		const { content } = entry.product;
		if (priceErrors(draft, reading, content).length > 0) return undefined;
		const composed = composeDraft(entry.id, draft, reading, content);
		return !isRejection(composed) && sameContent(composed, content) ? content : undefined;
	};

	let latest = 0;
	/** Each product a little later than the one before it in the file, so that the file's order is theirs. */
	const moment = (): number => {
		const now = clock();
		latest = Math.min(Math.max(now, latest + 1), now + MAX_AHEAD_MS);
		return latest;
	};

	const product: ImportTarget["product"] = async (draft, earlier, tally) => {
		const at = moment();
		const unchanged = standsAlready(draft);
		if (unchanged) {
			await countStock(draft, unchanged, tally);
			return { before: unchanged, content: unchanged, changed: false, leftOut: [] };
		}
		const newId = randomId("prod", at);
		let id = shelf.catalogue.byHandle(draft.handle)?.id ?? newId;
		let waited = earlier.length === 0;
		for (let tried = 0; tried < MAX_ATTEMPTS; tried++) {
			const { outcome, taken, standing } = await attempt(id, { draft, partial: waited, at, tally, isNew: id === newId });
			if (!isRejection(outcome)) {
				const { product: made, before, changed } = outcome;
				if (!changed) await countStock(draft, made.content, tally);
				return { before, content: made.content, changed, leftOut: takenRows(draft, taken, ownerOf, reading.headers) };
			}
			if (outcome.rejected === "SKU_TAKEN") {
				if (waited) return { refused: takenRows(draft, taken, ownerOf, reading.headers) };
				await Promise.all(earlier);
				waited = true;
			} else if (outcome.rejected === "HANDLE_TAKEN") {
				const owner = await shelf.names.owner(handleName(draft.handle));
				if (owner === undefined || owner === id) return { refused: rowErrors(draft, outcome) };
				id = owner; // a product that another node made, or that is being made just now
			} else {
				const prices = priceErrors(draft, reading, standing);
				return { refused: prices.length > 0 ? prices : rowErrors(draft, outcome) };
			}
		}
		return { refused: rowErrors(draft, reject("HANDLE_TAKEN")) };
	};

	return { product };
};
