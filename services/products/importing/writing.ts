import { ask } from "@kernel/contract";
import { randomId } from "@kernel/ids";
import { isRejection, reject, type Rejection } from "@kernel/rejection";
import type { Request } from "@mixins/request";
import { Inventory } from "@services/inventory/inventory.contract";
import type { ProductDraft } from "../csv/draft";
import { compose } from "../domain/compose";
import { handleName, sameContent, type Content } from "../domain/model";
import { save, skusTaken, type Change, type Invalid } from "../saving";
import type { Shelf } from "../shelf";
import type { Stocktaking } from "../stocktaking";
import { currencyFor, inexact, proposalOf, type Reading } from "./drafts";
import type { Outcome } from "./outcome";
import type { Tally } from "./report";
import { inexactRows, rowErrors, stockTooLow, takenRows } from "./rows";

/** How an import takes in a product: for real, or only to see what would come of it. */
export interface Taking {
	/**
	 * Called in the order of the file.
	 *
	 * @param earlier the products before it that are still under way: they may be giving up a SKU that this one wants
	 */
	product(draft: ProductDraft, earlier: readonly Promise<void>[]): Promise<Outcome>;
	/** Counts what the file says there is of a product's variants. */
	stock(draft: ProductDraft, content: Content, tally: Tally): Promise<void>;
}

export interface Means {
	readonly shelf: Shelf;
	readonly stocks: Stocktaking;
	readonly reading: Reading;
	readonly request: Request;
	readonly clock: () => number;
	/** "new": only SKUs that were never counted. */
	readonly mode: "new" | "set";
}

type Refusal = Invalid | Rejection<"SKU_TAKEN">;

const NONE: ReadonlySet<string> = new Set();
const MAX_ATTEMPTS = 4;
const MAX_AHEAD_MS = 1_000;

/** Where the file's prices say more than its currency can, or the domain refuses it. */
export const composeDraft = (
	id: string,
	draft: ProductDraft,
	reading: Reading,
	standing: Content | null,
	leaveOut = NONE,
): Content | Invalid => compose(id, proposalOf(draft, reading, standing, leaveOut), standing);

export const priceErrors = (draft: ProductDraft, reading: Reading, standing: Content | null) => {
	const currency = currencyFor(reading, standing);
	return inexactRows(draft, inexact(draft, reading, currency), currency, reading.headers);
};

export const writing = ({ shelf, stocks, reading, request, clock, mode }: Means): Taking => {
	const ownerOf = (sku: string): string | undefined => shelf.catalogue.bySku(sku)?.entry.product.content.handle;
	const quiet: Request = { ...request, expected: undefined };

	/** @param partial whether the product may go in without the rows whose SKU is another's */
	const attempt = async (id: string, draft: ProductDraft, partial: boolean, at: number) => {
		let standing: Content | null = null;
		let taken = NONE;
		const change: Change<Refusal> = {
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
		};
		const outcome = await save(shelf, id, change, quiet, at);
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

	const product: Taking["product"] = async (draft, earlier) => {
		const at = moment();
		const unchanged = standsAlready(draft);
		if (unchanged) return { before: unchanged, content: unchanged, changed: false, leftOut: [] };
		let id = shelf.catalogue.byHandle(draft.handle)?.id ?? randomId("prod");
		let waited = earlier.length === 0;
		for (let tried = 0; tried < MAX_ATTEMPTS; tried++) {
			const { outcome, taken, standing } = await attempt(id, draft, waited, at);
			if (!isRejection(outcome)) {
				const { product: made, before, changed } = outcome;
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

	return {
		product,
		async stock(draft, content, tally) {
			const kept = new Set(content.variants.map(({ sku }) => sku));
			const rows = draft.variants.filter(({ sku }) => kept.has(sku));
			const uncounted = rows.filter(({ stock }) => stock === null).map(({ sku }) => sku);
			const set = async (row: (typeof rows)[number]): Promise<void> => {
				if (row.stock === null || (mode === "new" && shelf.catalogue.isCounted(row.sku))) return;
				const count = { sku: row.sku, onHand: row.stock, reason: "import", onlyNew: mode === "new" };
				const outcome = await ask(request.caller, Inventory.set, count);
				if (isRejection(outcome)) {
					tally.error(stockTooLow(draft, row, reading.headers));
					return;
				}
				if (outcome.changed) tally.stockSet();
				stocks.read(outcome.level);
			};
			await Promise.all([...rows.map(set), uncounted.length > 0 ? stocks.register(request.caller, uncounted) : undefined]);
		},
	};
};
