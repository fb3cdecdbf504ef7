/**
 * `npm run bench`: what an order, and all else that a shop does, costs in processor time; docs/performance.md says how it is measured.
 *
 *     --against FOLDER   compares with the built program of another working copy, slice by slice
 *     --only a,b         only these experiments
 *     --rounds N         so many measured rounds of each
 *     --smoke            tiny amounts, to see that all of it works: the figures mean nothing
 *     --cluster          many nodes over the engines of the settings, or of `npm run engines`
 *     --layout NAME      only this layout; --copies N: so many nodes of each kind, 2 where it is not given
 *     --all              the embedded profile and the cluster, in one table
 *     --mongo            how many commits the MongoDB of MONGO_URL takes, in databases of the benchmark's own
 */
import { readSettings } from "@config/env";
import { clusterRows } from "./cluster";
import { embedded, EMBEDDED_EXPERIMENTS } from "./embedded";
import { journals } from "./journal";
import { InvalidOptionError, parseOptions, type Options, type Profile } from "./options";
import { tableOf, type Row } from "./report";

const mongo = async ({ smoke }: Options): Promise<Row[]> => {
	const { mongoUrl } = readSettings();
	if (mongoUrl === undefined) throw new InvalidOptionError("set MONGO_URL to the MongoDB to be measured");
	return journals(mongoUrl, smoke);
};

const PROFILES: Readonly<Record<Profile, (options: Options) => Promise<Row[]>>> = { embedded, cluster: clusterRows, mongo };

const main = async (): Promise<void> => {
	const options = parseOptions(process.argv.slice(2), EMBEDDED_EXPERIMENTS);
	const rows: Row[] = [];
	for (const profile of options.profiles) rows.push(...(await PROFILES[profile](options)));
	console.log(tableOf(rows));
};

main().then(
	() => process.exit(),
	(cause: unknown) => {
		console.error(cause instanceof InvalidOptionError ? cause.message : cause);
		process.exit(1);
	},
);
