import type { Program } from "@config/program";
import { rfc3339 } from "@kernel/clock";
import { show, word, type OperatorCommand } from "./support";

const SHOWN = 50;

const list = async ({ runtime: { bus } }: Program): Promise<string[]> => {
	const letters = await bus.listDeadLetters(SHOWN);
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
		description: "dead-letters list, dead-letters replay ID (or all): events that a consumer could not take",
		action: (_, { what, id }) =>
			show(async () => {
				const { bus } = program().runtime;
				if (what === "list") return list(program());
				if (what !== "replay") throw new Error("there is: dead-letters list, dead-letters replay ID, dead-letters replay all");
				const ids =
					id === "all" ? (await bus.listDeadLetters(SHOWN)).map((letter) => letter.id) : [word(id, "a dead letter's id, or all")];
				const replayed = await Promise.all(ids.map((one) => bus.replayDeadLetter(one)));
				return ids.map((one, index) => (replayed[index] ? `${one} is on its way again` : `! there is no dead letter ${one}`));
			}),
	},
];
