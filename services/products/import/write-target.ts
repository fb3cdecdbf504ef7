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
	/** Whether rows whose SKU another product uses may be skipped. */
	readonly partial: boolean;
	/** Time of the change in epoch ms. */
	readonly at: number;
	readonly report: ReportBuilder;
	/** Whether the product's id was generated in this import. */
	readonly isNew: boolean;
}

/** Target that writes the imported products. */
export const writeTarget = (means: ImportContext): ImportTarget => {
	const { context, reading, request, clock } = means;
	const countStock = stockCounter(means);
	const ownerOf = (sku: string): string | undefined => context.catalogue.bySku(sku)?.entry.product.content.handle;
	const unconditionalRequest: Request = { ...request, expected: undefined };

	const attempt = async (id: string, { draft, partial, at, report, isNew }: Attempt) => {
		let current: Content | null = null;
		let taken = NONE;
		const change: ProductChange<Refusal> = {
			compose(now) {
				current = now;
				return priceErrors(draft, reading, now).length > 0 ? reject("VALIDATION_FAILED") : composeDraft(id, draft, reading, now);
			},
			without(content, others) {
				taken = others;
				return partial && others.size < content.variants.length
					? composeDraft(id, draft, reading, current, others)
					: skusTaken(content, others);
			},
			// Many products continue at once after a shared commit, so each yields to the event loop.
			async prepare(content) {
				await timeSlice();
				await countStock(draft, content, report);
				await timeSlice();
			},
		};
		const outcome = await saveProduct(context, id, change, unconditionalRequest, at, isNew);
		return { outcome, taken, current: current as Content | null };
	};

	/** Content of a product that the import would not change. Skips the actor; valid only if this process owns the store. */
	const unchangedContent = (draft: ProductDraft): Content | undefined => {
		const entry = context.exclusive ? context.catalogue.byHandle(draft.handle) : undefined;
		if (!entry) return undefined;
		const { content } = entry.product;
		if (priceErrors(draft, reading, content).length > 0) return undefined;
		const composed = composeDraft(entry.id, draft, reading, content);
		return !isRejection(composed) && sameContent(composed, content) ? content : undefined;
	};

	let latest = 0;
	/** Returns increasing timestamps, so that sorting by time keeps the order of the file. */
	const nextTimestamp = (): number => {
		const now = clock();
		latest = Math.min(Math.max(now, latest + 1), now + MAX_AHEAD_MS);
		return latest;
	};

	const product: ImportTarget["product"] = async (draft, earlier, report) => {
		const at = nextTimestamp();
		const unchanged = unchangedContent(draft);
		if (unchanged) {
			await countStock(draft, unchanged, report);
			return { before: unchanged, content: unchanged, changed: false, leftOut: [] };
		}
		const newId = randomId("prod", at);
		let id = context.catalogue.byHandle(draft.handle)?.id ?? newId;
		let waited = earlier.length === 0;
		for (let tries = 0; tries < MAX_ATTEMPTS; tries++) {
			const { outcome, taken, current } = await attempt(id, { draft, partial: waited, at, report, isNew: id === newId });
			if (!isRejection(outcome)) {
				const { product: made, before, changed } = outcome;
				if (!changed) await countStock(draft, made.content, report);
				return { before, content: made.content, changed, leftOut: takenRows(draft, taken, ownerOf, reading.headers) };
			}
			if (outcome.rejected === "SKU_TAKEN") {
				if (waited) return { refused: takenRows(draft, taken, ownerOf, reading.headers) };
				await Promise.all(earlier);
				waited = true;
			} else if (outcome.rejected === "HANDLE_TAKEN") {
				const owner = await context.names.owner(handleName(draft.handle));
				if (owner === undefined || owner === id) return { refused: rowErrors(draft, outcome) };
				id = owner; // the product was created by another node, or is being created now
			} else {
				const prices = priceErrors(draft, reading, current);
				return { refused: prices.length > 0 ? prices : rowErrors(draft, outcome) };
			}
		}
		return { refused: rowErrors(draft, reject("HANDLE_TAKEN")) };
	};

	return { product };
};
