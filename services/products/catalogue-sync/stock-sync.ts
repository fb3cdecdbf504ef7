import { call, type Caller } from "@kernel/contract";
import { inSlices, timeSlice } from "@mixins/async/time-slice";
import { Inventory, type StockLevel } from "@services/inventory/inventory.contract";
import type { ChangeNotifier } from "./change-notifier";
import type { Catalogue } from "../catalogue/catalogue";
import { runAfterRequest } from "../../../mixins/async/run-after-request";

const SKUS_A_CALL = 500;
const PRODUCTS_AT_ONCE = 250;
/** As many as the inventory answers from memory, where it has them there. */
const LOOKS_A_CALL = 100;

const chunks = function* <T>(items: readonly T[], size: number): Generator<readonly T[]> {
	for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
};

/** The levels of these SKUs; one that has no stock record has none. */
export const levelsOf = async (caller: Caller, skus: readonly string[]): Promise<Map<string, StockLevel>> => {
	const levels = new Map<string, StockLevel>();
	for (const some of chunks(skus, SKUS_A_CALL)) {
		if (levels.size > 0) await timeSlice();
		for (const level of await call(caller, Inventory.levels, { skus: [...some] })) levels.set(level.sku, level);
	}
	return levels;
};

/** What the catalogue knows of stock: whether there is any. */
export interface StockSync {
	/** Asks what there is of it now, since an event may be old. SKUs that are asked for while a call is under way share the next one. */
	pollChanges(caller: Caller, sku: string): Promise<void>;
	/** As another node passes it on: to all, so it goes no further. */
	applyHint(sku: string, available: boolean): void;
	/** As the inventory answered just now. */
	applyLevel(level: StockLevel): void;
	/** Looks at every SKU of the catalogue. */
	refreshAll(caller: Caller): Promise<void>;
	/** Makes the inventory know the SKUs, with none in stock where it has never counted them: only then can staff count them. */
	register(caller: Caller, skus: readonly string[]): Promise<void>;
}

export const stockSync = (catalogue: Catalogue, { stockChanged: announce }: Pick<ChangeNotifier, "stockChanged">): StockSync => {
	const due = new Set<string>();
	let heardMeanwhile: Set<string> | undefined;

	const know = (sku: string, available: number): void => {
		const isNew = !catalogue.isCounted(sku); // perhaps of a product that is not written yet: others must know all the same
		if (catalogue.setStock(sku, available > 0) || isNew) announce(sku, available > 0);
	};

	const registerOne = async (caller: Caller, sku: string): Promise<void> => {
		const { level } = await call(caller, Inventory.set, { sku, onHand: 0, reason: "new in the catalogue", onlyNew: true });
		know(sku, level.available);
	};

	const lookAtDue = async (caller: Caller): Promise<void> => {
		await timeSlice();
		const skus = [...due];
		due.clear();
		for (const some of chunks(skus, LOOKS_A_CALL)) {
			for (const { sku, available } of (await levelsOf(caller, some)).values()) {
				heardMeanwhile?.add(sku);
				know(sku, available);
			}
		}
	};
	let asking: Caller | undefined;
	const looked = runAfterRequest(() => lookAtDue(asking!));

	return {
		pollChanges(caller, sku) {
			asking = caller;
			due.add(sku);
			return looked();
		},
		applyHint(sku, available) {
			heardMeanwhile?.add(sku);
			catalogue.setStock(sku, available);
		},
		applyLevel: ({ sku, available }) => {
			know(sku, available);
		},
		async refreshAll(caller) {
			const heard = (heardMeanwhile = new Set<string>());
			for (const entries of chunks(catalogue.newestFirst.all(), PRODUCTS_AT_ONCE)) {
				await timeSlice();
				const skus = entries.flatMap(({ product }) => product.content.variants.map(({ sku }) => sku));
				for (const { sku, available } of (await levelsOf(caller, skus)).values()) {
					if (!heard.has(sku)) know(sku, available); // else an event said something newer meanwhile
				}
			}
			heardMeanwhile = undefined;
		},
		async register(caller, skus) {
			await inSlices(
				skus.filter((sku) => !catalogue.isCounted(sku)),
				(sku) => registerOne(caller, sku),
			);
		},
	};
};
