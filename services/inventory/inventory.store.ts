import type { Kind } from "@mixins/store/port";
import { stock, type Stock, type StockEvent } from "./domain/stock";
import { InventoryEvents } from "./inventory.contract";

/** One aggregate per SKU; its id is the SKU. */
export const stocks: Kind<Stock, StockEvent> = {
	name: "stock",
	revision: 3,
	initial: stock.initial,
	evolve: stock.evolve,
	fields: {},
	publishes: [InventoryEvents.availabilityChanged.type],
};
