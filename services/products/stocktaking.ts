import type { Log } from "@config/runtime";
import { ask, call, type Caller } from "@kernel/contract";
import { isRejection } from "@kernel/rejection";
import { Inventory, type StockLevel } from "@services/inventory/inventory.contract";
import type { Announcer } from "./announcing";
import type { Catalogue } from "./catalogue/catalogue";

/** As many as the contract takes in one call. */
const MOST_SKUS = 5_000;

/** The levels of these SKUs; one that was never counted has none. */
export const levelsOf = async (caller: Caller, skus: readonly string[]): Promise<Map<string, StockLevel>> => {
	const levels = new Map<string, StockLevel>();
	for (let start = 0; start < skus.length; start += MOST_SKUS) {
		for (const level of await call(caller, Inventory.levels, { skus: skus.slice(start, start + MOST_SKUS) }))
			levels.set(level.sku, level);
	}
	return levels;
};

/** What the catalogue knows of stock: whether there is any. */
export interface Stocktaking {
	/** As an event says it. */
	heard(sku: string, available: number): void;
	/** As the inventory answered just now. */
	read(level: StockLevel): void;
	/**
	 * Looks at every SKU of the catalogue. One that was never counted is registered where its product was changed before `settledBefore` (epoch
	 * ms): an import that is under way has yet to say how many there are.
	 */
	take(caller: Caller, settledBefore: number): Promise<void>;
	/** Makes the inventory know the SKUs, with none in stock where it has never counted them: only then can they be counted. */
	register(caller: Caller, skus: readonly string[]): Promise<void>;
	/** Registers those SKUs that could not be before. */
	registerOwed(caller: Caller): Promise<void>;
}

export const stocktaking = (catalogue: Catalogue, { stock: announce }: Pick<Announcer, "stock">, log: Log): Stocktaking => {
	let heardMeanwhile: Set<string> | undefined;
	const owed = new Set<string>();

	const know = (sku: string, available: number): void => {
		if (catalogue.setStock(sku, available > 0)) announce(sku, available > 0);
	};

	const registerOne = async (caller: Caller, sku: string): Promise<void> => {
		const outcome = await ask(caller, Inventory.set, { sku, onHand: 0, reason: "new in the catalogue", onlyNew: true });
		if (!isRejection(outcome)) know(sku, outcome.level.available);
		owed.delete(sku);
	};

	const registerAll = async (caller: Caller, wanted: readonly string[]): Promise<void> => {
		const skus = wanted.filter((sku) => !catalogue.isCounted(sku));
		for (const sku of skus) owed.add(sku);
		const failed = (await Promise.allSettled(skus.map((sku) => registerOne(caller, sku)))).find(
			(outcome) => outcome.status === "rejected",
		);
		if (failed) log.warn("the inventory could not be told of new SKUs; it will be", { cause: failed.reason as unknown });
	};

	return {
		heard(sku, available) {
			heardMeanwhile?.add(sku);
			know(sku, available);
		},
		read: ({ sku, available }) => {
			know(sku, available);
		},
		async take(caller, settledBefore) {
			const heard = (heardMeanwhile = new Set<string>());
			const skus = catalogue.newestFirst
				.all()
				.flatMap(({ product: { content, updatedAt } }) =>
					content.variants.map(({ sku }) => ({ sku, settled: updatedAt < settledBefore })),
				);
			for (let start = 0; start < skus.length; start += MOST_SKUS) {
				const some = skus.slice(start, start + MOST_SKUS);
				const levels = await levelsOf(
					caller,
					some.map(({ sku }) => sku),
				);
				for (const { sku, settled } of some) {
					const level = levels.get(sku);
					if (level && !heard.has(sku)) know(sku, level.available); // else an event said something newer meanwhile
					if (!level && settled) owed.add(sku);
				}
			}
			heardMeanwhile = undefined;
		},
		register: registerAll,
		async registerOwed(caller) {
			for (const sku of owed) if (catalogue.isCounted(sku)) owed.delete(sku);
			const skus = [...owed].slice(0, MOST_SKUS);
			if (skus.length > 0) await registerAll(caller, skus);
		},
	};
};
