/**
 * `npm run bench` measures the processor time of orders and other operations. docs/performance.md describes the method.
 *
 *     --against FOLDER   compares with the built program of another working copy, slice by slice
 *     --only a,b         runs only these experiments
 *     --rounds N         number of measured rounds of each
 *     --smoke            runs tiny amounts to check that everything works; the figures are not meaningful
 *     --cluster          measures many nodes over the engines of the settings, or of `npm run engines`
 *     --layout NAME      measures only this layout; --copies N: number of nodes of each kind, 2 by default
 *     --all              measures the embedded profile and the cluster, in one table
 *     --mongo            measures commits per second of the MongoDB of MONGO_URL, in temporary databases
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
