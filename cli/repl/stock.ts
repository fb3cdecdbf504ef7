import type { Program } from "@config/program";
import { call } from "@kernel/contract";
import { operator } from "@mixins/service/operator-caller";
import { Inventory, type StockLevel } from "@services/inventory/inventory.contract";
import { checkBooks } from "../check/invariants";
import { booksOfShop } from "../check/snapshot";
import { show, type OperatorCommand } from "./support";

const line = ({ sku, onHand, reserved, allocated, available }: StockLevel): string =>
	`${sku}  on hand ${onHand}, reserved ${reserved}, allocated ${allocated}, available ${available}`;

/** Of one SKU, its level and who holds it; of all, whether the books add up. */
const audit = async (program: Program, sku: string | undefined): Promise<string[]> => {
	const books = await booksOfShop(program.runtime.settings);
	const violations = checkBooks(books).violations.filter(
		({ invariant, subject }) => (invariant === "I1" || invariant === "I4") && (sku === undefined || subject === sku),
	);
	const broken = violations.map(({ invariant, subject, what }) => `! ${invariant} ${subject}: ${what}`);
	if (sku === undefined)
		return [`${books.stocks.length} SKUs`, ...broken, broken.length === 0 ? "their books add up" : `${broken.length} violations`];
	const [level] = await call(operator(program.broker), Inventory.levels, { skus: [sku] });
	if (!level) return [`${sku} was never counted`];
	const holds = Object.entries(books.stocks.find(({ id }) => id === sku)?.state.holds ?? {});
	return [line(level), ...holds.map(([orderId, { quantity, state }]) => `  ${quantity} ${state} for ${orderId}`), ...broken];
};

export const stockCommands = (program: () => Program): OperatorCommand[] => [
	{
		command: "stock <what> [sku]",
		description: "stock audit [SKU]: who holds what, and whether it adds up",
		action: (_, { what, sku }) =>
			show(() => {
				if (what !== "audit") throw new Error("there is: stock audit [SKU]");
				return audit(program(), typeof sku === "string" ? sku : undefined);
			}),
	},
];
