import type { Program } from "@config/program";
import { rfc3339 } from "@kernel/clock";
import { printLines, requiredArgument, type OperatorCommand } from "./support";

const MAX_SHOWN = 50;

const list = async ({ runtime: { bus } }: Program): Promise<string[]> => {
	const letters = await bus.listDeadLetters(MAX_SHOWN);
	const total = await bus.countDeadLetters();
	return [
		...letters.map(
			({ id, consumer, event, attempts, firstFailedAt, lastError }) =>
				`${id}\n  ${event.type} of ${event.subject} to ${consumer}, ${attempts} attempts since ${rfc3339(firstFailedAt)}: ${lastError}`,
		),
		`${letters.length} of ${total}`,
	];
};

export const deadLetterCommands = (program: () => Program): OperatorCommand[] => [
	{
		command: "dead-letters <what> [id]",
		description: "dead-letters list, dead-letters replay ID (or all): events whose handler failed permanently",
		action: (_, { what, id }) =>
			printLines(async () => {
				const { bus } = program().runtime;
				if (what === "list") return list(program());
				if (what !== "replay") throw new Error("usage: dead-letters list | dead-letters replay ID|all");
				const ids =
					id === "all"
						? (await bus.listDeadLetters(MAX_SHOWN)).map((letter) => letter.id)
						: [requiredArgument(id, "a dead letter's id, or all")];
				const replayed = await Promise.all(ids.map((one) => bus.replayDeadLetter(one)));
				return ids.map((one, index) => (replayed[index] ? `${one} queued for redelivery` : `! dead letter not found: ${one}`));
			}),
	},
];
