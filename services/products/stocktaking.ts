import { call, type Caller } from "@kernel/contract";
import { inTurn } from "@mixins/events/in-turn";
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
	/** Something became of it: what there is now is asked, for what an event says of it may be old. */
	look(caller: Caller, sku: string): Promise<void>;
	/** As another node passes it on: to all, so it goes no further. */
	told(sku: string, available: boolean): void;
	/** As the inventory answered just now. */
	read(level: StockLevel): void;
	/** Looks at every SKU of the catalogue. */
	take(caller: Caller): Promise<void>;
	/** Makes the inventory know the SKUs, with none in stock where it has never counted them: only then can staff count them. */
	register(caller: Caller, skus: readonly string[]): Promise<void>;
}

export const stocktaking = (catalogue: Catalogue, { stock: announce }: Pick<Announcer, "stock">): Stocktaking => {
	const turns = inTurn();
	let heardMeanwhile: Set<string> | undefined;

	const know = (sku: string, available: number): void => {
		const isNew = !catalogue.isCounted(sku); // perhaps of a product that is not written yet: others must know all the same
		if (catalogue.setStock(sku, available > 0) || isNew) announce(sku, available > 0);
	};

	const registerOne = async (caller: Caller, sku: string): Promise<void> => {
		const { level } = await call(caller, Inventory.set, { sku, onHand: 0, reason: "new in the catalogue", onlyNew: true });
		know(sku, level.available);
	};

	return {
		look: (caller, sku) =>
			turns.take(sku, async () => {
				const level = (await levelsOf(caller, [sku])).get(sku);
				if (!level) return;
				heardMeanwhile?.add(sku);
				know(sku, level.available);
			}),
		told(sku, available) {
			heardMeanwhile?.add(sku);
			catalogue.setStock(sku, available);
		},
		read: ({ sku, available }) => {
			know(sku, available);
		},
		async take(caller) {
			const heard = (heardMeanwhile = new Set<string>());
			const skus = catalogue.newestFirst.all().flatMap(({ product }) => product.content.variants.map(({ sku }) => sku));
			for (let start = 0; start < skus.length; start += MOST_SKUS) {
				for (const { sku, available } of (await levelsOf(caller, skus.slice(start, start + MOST_SKUS))).values()) {
					if (!heard.has(sku)) know(sku, available); // else an event said something newer meanwhile
				}
			}
			heardMeanwhile = undefined;
		},
		async register(caller, skus) {
			await Promise.all(skus.filter((sku) => !catalogue.isCounted(sku)).map((sku) => registerOne(caller, sku)));
		},
	};
};
