import { parseArgs } from "node:util";

export interface Options {
	readonly minutes: number;
	readonly seed: string;
	/** One process with all services instead of a cluster. */
	readonly embedded: boolean;
	/** Names of the mutations to run, or "all". Null: none. */
	readonly mutations: readonly string[] | null;
	/** Keeps data and logs, and says where. */
	readonly keep: boolean;
	readonly quiet: boolean;
	/** Walks along the crash points of a checkout instead of running a campaign. */
	readonly crashPoints: boolean;
	/** Part of the name of faults: others are left out. */
	readonly only: string;
}

/** Invalid arguments. The message is one line. */
export class InvalidArgumentsError extends Error {}

export const USAGE =
	"npm run faults -- [--minutes N] [--seed S] [--embedded] [--mutations all|NAME,NAME] [--crash-points] [--only FAULT] [--keep] [--quiet]";

/** @throws InvalidArgumentsError */
export const readOptions = (args: readonly string[], anySeed: () => string): Options => {
	let values;
	try {
		({ values } = parseArgs({
			args: [...args],
			options: {
				minutes: { type: "string", default: "3" },
				seed: { type: "string" },
				embedded: { type: "boolean", default: false },
				mutations: { type: "string" },
				only: { type: "string", default: "" },
				"crash-points": { type: "boolean", default: false },
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
		mutations: values.mutations?.split(",") ?? null,
		crashPoints: values["crash-points"],
		only: values.only,
		keep: values.keep,
		quiet: values.quiet,
	};
};
