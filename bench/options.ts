import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { LAYOUTS, type LayoutName } from "../cli/cluster/layout";

const LAYOUT_NAMES = Object.keys(LAYOUTS) as LayoutName[];

/** `mongo` measures the journals in a MongoDB alone. */
export type Profile = "embedded" | "cluster" | "mongo";

export interface Options {
	/** Runs tiny amounts to check that everything works; the figures are not meaningful. */
	readonly smoke: boolean;
	readonly profiles: readonly Profile[];
	/** The working copy of the build to compare with. */
	readonly against: string | undefined;
	/** Measured rounds of each row. Default: defined by the row. */
	readonly rounds: number | undefined;
	/** Layouts of the cluster to measure. Default: all. */
	readonly layouts: readonly LayoutName[];
	/** Number of nodes of each kind in the cluster. Default: 2. */
	readonly copies: number;
	/** Names of the experiments to run. Default: all. */
	readonly only: readonly string[] | undefined;
}

/** Error whose message is one line for the user of the command. */
export class InvalidOptionError extends Error {}

const positive = (name: string, text: string | undefined): number | undefined => {
	if (text === undefined) return undefined;
	if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidOptionError(`--${name} must be a whole number from 1 to 999999`);
	return Number(text);
};

const listOf = (name: string, text: string | undefined, known: readonly string[]): string[] | undefined => {
	const names = text?.split(",");
	const unknown = names?.find((each) => !known.includes(each));
	if (unknown !== undefined) throw new InvalidOptionError(`--${name} must be among ${known.join(", ")}`);
	return names;
};

const parse = (args: readonly string[]) => {
	try {
		return parseArgs({
			args: [...args],
			options: {
				smoke: { type: "boolean" },
				mongo: { type: "boolean" },
				cluster: { type: "boolean" },
				all: { type: "boolean" },
				against: { type: "string" },
				rounds: { type: "string" },
				layout: { type: "string" },
				copies: { type: "string" },
				only: { type: "string" },
			},
		}).values;
	} catch (cause) {
		throw new InvalidOptionError((cause as Error).message);
	}
};

/**
 * @param experiments the names that --only accepts
 * @throws InvalidOptionError
 */
export const parseOptions = (args: readonly string[], experiments: readonly string[]): Options => {
	const { smoke = false, mongo = false, cluster = false, all = false, against, rounds, layout, copies, only } = parse(args);
	if (Number(mongo) + Number(cluster) + Number(all) > 1) throw new InvalidOptionError("--all, --cluster and --mongo exclude each other");
	return {
		smoke,
		profiles: all ? ["embedded", "cluster"] : [mongo ? "mongo" : cluster ? "cluster" : "embedded"],
		against: against === undefined ? undefined : resolve(against),
		rounds: positive("rounds", rounds),
		layouts: (listOf("layout", layout, LAYOUT_NAMES) ?? LAYOUT_NAMES) as LayoutName[],
		copies: positive("copies", copies) ?? 2,
		only: listOf("only", only, experiments),
	};
};
