import { parseArgs } from "node:util";

export interface Options {
	readonly minutes: number;
	readonly seed: string;
	/** One process with all services instead of a cluster. */
	readonly embedded: boolean;
	/** Names of the mutations to run, or "all"; null: none. */
	readonly plant: readonly string[] | null;
	/** Keeps data and logs and prints their location. */
	readonly keep: boolean;
	readonly quiet: boolean;
	readonly points: boolean;
	/** Substring of the fault names to include. */
	readonly only: string;
}

/** Invalid arguments. The message is one line. */
export class InvalidArgumentsError extends Error {}

export const USAGE =
	"npm run faults -- [--minutes N] [--seed S] [--embedded] [--plant all|NAME,NAME] [--points] [--only FAULT] [--keep] [--quiet]";

/** @throws BadArguments */
export const readOptions = (args: readonly string[], anySeed: () => string): Options => {
	let values;
	try {
		({ values } = parseArgs({
			args: [...args],
			options: {
				minutes: { type: "string", default: "3" },
				seed: { type: "string" },
				embedded: { type: "boolean", default: false },
				plant: { type: "string" },
				only: { type: "string", default: "" },
				points: { type: "boolean", default: false },
				keep: { type: "boolean", default: false },
				quiet: { type: "boolean", default: false },
			},
		}));
	} catch (cause) {
		throw new InvalidArgumentsError(`${(cause as Error).message}\n${USAGE}`);
	}
	const minutes = Number(values.minutes);
	if (!(minutes > 0 && minutes <= 1_440)) throw new InvalidArgumentsError(`--minutes must be a number up to 1440, not ${values.minutes}`);
	return {
		minutes,
		seed: values.seed ?? anySeed(),
		embedded: values.embedded,
		plant: values.plant?.split(",") ?? null,
		points: values.points,
		only: values.only,
		keep: values.keep,
		quiet: values.quiet,
	};
};
