import type { ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import { isRejection, reject } from "@kernel/rejection";
import { Actors } from "@mixins/actors/actor";
import { defineService } from "@mixins/service/define-service";
import { inSlices } from "@mixins/async/time-slice";
import { available, stock, type Stock } from "./domain/stock";
import { Inventory, MAX_STOCK, type StockLevel } from "./inventory.contract";
import { stocks } from "./inventory.store";

/** Length of the prefix of a request's seed, sufficient to distinguish the requests for one SKU. */
const MARK_LENGTH = 16;

const level = (state: Stock): StockLevel => ({
	sku: state.sku,
	onHand: state.onHand,
	reserved: state.reserved,
	allocated: state.allocated,
	available: available(state),
});

const counted = (state: Stock): StockLevel | undefined => (state.counted ? level(state) : undefined);

/** Larger queries read from the store, because their SKUs would evict frequently used actors from memory. */
const MAX_ACTOR_READS = 100;

export const inventory = ({ clock, store }: Runtime): ServiceSchema => {
	const inventoryStore = store("inventory");
	const collection = inventoryStore.collection(stocks);
	const actors = new Actors(stock, collection, { exclusive: inventoryStore.exclusive });

	const current = (sku: string) => actors.read(sku, counted);
	const stored = async (sku: string) => {
		const found = await collection.load(sku);
		return found && counted(found.state);
	};

	return defineService(
		"inventory",
		Inventory,
		{
			set: async ({ sku, onlyNew = false, ...count }, { cause }) => {
				if (onlyNew) {
					const received = await actors.create(sku, "receive", count, level, cause);
					if (!isRejection(received)) return { level: received, changed: true };
					return { level: (await actors.read(sku, level))!, changed: false };
				}
				const before = await actors.read(sku, (state) => ({ counted: state.counted, onHand: state.onHand }));
				const outcome = await actors.send(sku, "set", count, level, cause);
				if (isRejection(outcome)) return outcome;
				return { level: outcome, changed: !before?.counted || before.onHand !== count.onHand };
			},
			reserve: ({ sku, ...hold }, { cause }) => actors.send(sku, "reserve", hold, level, cause),
			allocate: ({ sku, orderId }, { cause }) => actors.send(sku, "allocate", { orderId }, level, cause),
			release: ({ sku, orderId }, { cause }) => actors.send(sku, "release", { orderId }, level, cause),
			ship: ({ sku, ...shipment }, { cause }) => actors.send(sku, "ship", shipment, level, cause),
			availability: async ({ sku, quantity }) => {
				const known = (await actors.peek(sku, available)) ?? 0;
				return { available: known >= quantity ? known : ((await actors.read(sku, available)) ?? 0) };
			},
			levels: async ({ skus }) =>
				(await inSlices(skus, skus.length > MAX_ACTOR_READS ? stored : current)).filter((found) => found !== undefined),
			level: async ({ sku }) => (await actors.read(sku, counted)) ?? reject("SKU_NOT_FOUND"),
			adjust: async ({ sku, delta, reason }, { cause, seed }) => {
				const current = await actors.read(sku, counted);
				if (!current) return reject("SKU_NOT_FOUND");
				if (current.onHand + delta > MAX_STOCK)
					return reject("VALIDATION_FAILED", {
						errors: [{ path: "/delta", message: `must not raise the quantity on hand above ${MAX_STOCK}` }],
					});
				const by = seed === undefined ? {} : { by: seed.slice(0, MARK_LENGTH) };
				return actors.send(sku, "adjust", { delta, reason, ...by }, level, cause);
			},
		},
		{ clock },
	);
};
