import { available } from "@services/inventory/domain/stock";
import { finding, isStanding, sum, type Check } from "./check-input";
import type { Finding } from "../history";

/** Computed from the orders alone, independent of the stock's own holds. */
export const stockMatchesOrders: Check = ({ snapshot, products }) => {
	const lines = snapshot.orders.filter(isStanding).flatMap(({ state }) => state.lines);
	return snapshot.stocks
		.filter(({ id }) => products.stock.has(id))
		.flatMap(({ id: sku, state }): Finding[] => {
			const bought = lines.filter((line) => line.sku === sku);
			const sold = sum(bought.map(({ quantity }) => quantity));
			const left = sum(bought.map(({ shippedQuantity }) => shippedQuantity));
			const received = products.stock.get(sku)!;
			return [
				available(state) === received - sold
					? []
					: [finding("I1 stock", sku, `the available quantity is ${available(state)}: ${received} received, ${sold} sold`)],
				state.onHand === received - left
					? []
					: [finding("I1 stock", sku, `the quantity on hand is ${state.onHand}: ${received} received, ${left} shipped`)],
			].flat();
		});
};

/** The catalogue shows whether each SKU is available. */
export const catalogueMatchesStock: Check = ({ snapshot, availability }) =>
	snapshot.stocks.flatMap(({ id, state }): Finding[] => {
		const shown = availability.get(id);
		return shown === undefined || shown === available(state) > 0
			? []
			: [
					finding(
						"I9 the catalogue follows the stock",
						id,
						`is shown ${shown ? "in" : "out of"} stock with ${available(state)} available`,
					),
				];
	});
