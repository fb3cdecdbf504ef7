import type { Program } from "@config/program";
import { call } from "@kernel/contract";
import { operator } from "@mixins/service/operator-caller";
import { Orders } from "@services/orders/orders.contract";
import { line } from "./orders";
import { show, word, type OperatorCommand } from "./support";

/** Longer than a node that works on an order leaves it untouched. */
const STUCK_MS = 10_000;
const SHOWN = 100;

const stuck = ({ broker }: Program) => call(operator(broker), Orders.stuck, { olderThanMs: STUCK_MS, limit: SHOWN });

const resume = async (program: Program, id: string): Promise<string[]> => {
	const ids = id === "all" ? (await stuck(program)).map((order) => order.id) : [id];
	return Promise.all(
		ids.map((one) =>
			call(operator(program.broker), Orders.push, { id: one }).then(
				line,
				(cause: unknown) => `! ${one}: ${(cause as Error).message}`,
			),
		),
	);
};

export const checkoutCommands = (program: () => Program): OperatorCommand[] => [
	{
		command: "checkout <what> [id]",
		description: "checkout stuck: orders that nothing has moved for 10 s; checkout resume ID (or all): takes them as far as they go",
		action: (_, { what, id }) =>
			show(async () => {
				if (what === "resume") return resume(program(), word(id, "an order's id, or all"));
				if (what !== "stuck") throw new Error("there is: checkout stuck, checkout resume ID, checkout resume all");
				const orders = await stuck(program());
				return orders.length === 0 ? ["none is stuck"] : orders.map(line);
			}),
	},
];
