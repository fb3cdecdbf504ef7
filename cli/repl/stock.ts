import type { Program } from "@config/program";
import { call } from "@kernel/contract";
import { operatorCaller } from "@mixins/service/operator-caller";
import { Inventory, type StockLevel } from "@services/inventory/inventory.contract";
import { checkInvariants } from "../check/invariants";
import { readSnapshot } from "../check/snapshot";
import { printLines, type OperatorCommand } from "./support";

const line = ({ sku, onHand, reserved, allocated, available }: StockLevel): string =>
	`${sku}  on hand ${onHand}, reserved ${reserved}, allocated ${allocated}, available ${available}`;

/** For one SKU: its stock level and holders. For all SKUs: whether stock and orders agree. */
const audit = async (program: Program, sku: string | undefined): Promise<string[]> => {
	const books = await readSnapshot(program.runtime.settings);
	const violations = checkInvariants(books).violations.filter(
		({ invariant, subject }) => (invariant === "I1" || invariant === "I4") && (sku === undefined || subject === sku),
	);
	const broken = violations.map(({ invariant, subject, what }) => `! ${invariant} ${subject}: ${what}`);
	if (sku === undefined)
		return [`${books.stocks.length} SKUs`, ...broken, broken.length === 0 ? "stock is consistent" : `${broken.length} violations`];
	const [level] = await call(operatorCaller(program.broker), Inventory.levels, { skus: [sku] });
	if (!level) return [`${sku} has no stock record`];
	const holds = Object.entries(books.stocks.find(({ id }) => id === sku)?.state.holds ?? {});
	return [line(level), ...holds.map(([orderId, { quantity, state }]) => `  ${quantity} ${state} for ${orderId}`), ...broken];
};

export const stockCommands = (program: () => Program): OperatorCommand[] => [
	{
		command: "stock <what> [sku]",
		description: "stock audit [SKU]: reservations and allocations per order, and their consistency",
		action: (_, { what, sku }) =>
			printLines(() => {
				if (what !== "audit") throw new Error("usage: stock audit [SKU]");
				return audit(program(), typeof sku === "string" ? sku : undefined);
			}),
	},
];
