import { call, type Caller } from "@kernel/contract";
import { inSlices, timeSlice } from "@mixins/async/time-slice";
import { Inventory, type StockLevel } from "@services/inventory/inventory.contract";
import type { ChangeNotifier } from "./change-notifier";
import type { Catalogue } from "../catalogue/catalogue";
import { runAfterRequest } from "@mixins/async/run-after-request";

const SKUS_PER_CALL = 500;
const PRODUCTS_PER_SLICE = 250;
/** Largest request that the inventory answers from its cached aggregates. */
const DUE_SKUS_PER_CALL = 100;

const chunks = function* <T>(items: readonly T[], size: number): Generator<readonly T[]> {
	for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
};

/** Stock levels by SKU; a SKU without a stock record is absent. */
export const levelsOf = async (caller: Caller, skus: readonly string[]): Promise<Map<string, StockLevel>> => {
	const levels = new Map<string, StockLevel>();
	for (const chunk of chunks(skus, SKUS_PER_CALL)) {
		if (levels.size > 0) await timeSlice();
		for (const level of await call(caller, Inventory.levels, { skus: [...chunk] })) levels.set(level.sku, level);
	}
	return levels;
};

/** Keeps the catalogue's availability flags current. */
export interface StockSync {
	/** Reads the current level, because an event may be outdated. SKUs requested during a call share the next call. */
	pollChanges(caller: Caller, sku: string): Promise<void>;
	/** Applies a hint of another node. The hint went to all nodes, so it is not forwarded. */
	applyHint(sku: string, available: boolean): void;
	/** Applies a level that the inventory has just returned. */
	applyLevel(level: StockLevel): void;
	/** Reads the levels of every SKU in the catalogue. */
	refreshAll(caller: Caller): Promise<void>;
	/** Creates stock records with quantity 0 for SKUs without one. Staff can adjust a SKU only after that. */
	register(caller: Caller, skus: readonly string[]): Promise<void>;
}

export const stockSync = (catalogue: Catalogue, { stockChanged: announce }: Pick<ChangeNotifier, "stockChanged">): StockSync => {
	const due = new Set<string>();
	let updatedMeanwhile: Set<string> | undefined;

	const record = (sku: string, available: number): void => {
		const isNew = !catalogue.isCounted(sku); // announced even if the product is not stored yet, because other nodes need it later
		if (catalogue.setStock(sku, available > 0) || isNew) announce(sku, available > 0);
	};

	const registerOne = async (caller: Caller, sku: string): Promise<void> => {
		const { level } = await call(caller, Inventory.set, { sku, onHand: 0, reason: "new in the catalogue", onlyNew: true });
		record(sku, level.available);
	};

	const refreshDue = async (caller: Caller): Promise<void> => {
		await timeSlice();
		const skus = [...due];
		due.clear();
		for (const chunk of chunks(skus, DUE_SKUS_PER_CALL)) {
			for (const { sku, available } of (await levelsOf(caller, chunk)).values()) {
				updatedMeanwhile?.add(sku);
				record(sku, available);
			}
		}
	};
	let latestCaller: Caller | undefined;
	const refreshDueAfterRequest = runAfterRequest(() => refreshDue(latestCaller!));

	return {
		pollChanges(caller, sku) {
			latestCaller = caller;
			due.add(sku);
			return refreshDueAfterRequest();
		},
		applyHint(sku, available) {
			updatedMeanwhile?.add(sku);
			catalogue.setStock(sku, available);
		},
		applyLevel: ({ sku, available }) => {
			record(sku, available);
		},
		async refreshAll(caller) {
			const updated = (updatedMeanwhile = new Set<string>());
			for (const entries of chunks(catalogue.newestFirst.all(), PRODUCTS_PER_SLICE)) {
				await timeSlice();
				const skus = entries.flatMap(({ product }) => product.content.variants.map(({ sku }) => sku));
				for (const { sku, available } of (await levelsOf(caller, skus)).values()) {
					if (!updated.has(sku)) record(sku, available); // otherwise an event has set a newer value
				}
			}
			updatedMeanwhile = undefined;
		},
		async register(caller, skus) {
			await inSlices(
				skus.filter((sku) => !catalogue.isCounted(sku)),
				(sku) => registerOne(caller, sku),
			);
		},
	};
};
