import type { Program } from "@config/program";
import { call } from "@kernel/contract";
import { operatorCaller } from "@mixins/service/operator-caller";
import { Orders } from "@services/orders/orders.contract";
import { line } from "./orders";
import { printLines, requiredArgument, type OperatorCommand } from "./support";

/** Exceeds the longest pause between two commits of a node that works on an order. */
const STUCK_MS = 10_000;
const MAX_SHOWN = 100;

const stuck = ({ broker }: Program) => call(operatorCaller(broker), Orders.stuck, { olderThanMs: STUCK_MS, limit: MAX_SHOWN });

const resume = async (program: Program, id: string): Promise<string[]> => {
	const ids = id === "all" ? (await stuck(program)).map((order) => order.id) : [id];
	return Promise.all(
		ids.map((one) =>
			call(operatorCaller(program.broker), Orders.push, { id: one }).then(
				line,
				(cause: unknown) => `! ${one}: ${(cause as Error).message}`,
			),
		),
	);
};

export const checkoutCommands = (program: () => Program): OperatorCommand[] => [
	{
		command: "checkout <what> [id]",
		description: "checkout stuck: orders whose process has not progressed for 10 s; checkout resume ID|all: runs their process now",
		action: (_, { what, id }) =>
			printLines(async () => {
				if (what === "resume") return resume(program(), requiredArgument(id, "an order's id, or all"));
				if (what !== "stuck") throw new Error("usage: checkout stuck | checkout resume ID|all");
				const orders = await stuck(program());
				return orders.length === 0 ? ["no stuck orders"] : orders.map(line);
			}),
	},
];
