import { migrationFailedError, newerSchemaError, type FailedMigration, type Migration, type MigrationStatus } from "../migrations";
import type { Database, Meta } from "./connection";
import { holderOf, LEASES, runOnceAcrossNodes, type LeaseRow } from "./lease";
import { DUPLICATE_KEY } from "./insert-outcomes";

/** Must tolerate interruption at any point and repeated execution, even by two nodes at once. */
export interface Step extends Migration {
	readonly up: (database: Database) => Promise<void>;
}

const nothing = (): Promise<void> => Promise.resolve();

/** Migration steps, one per schema version. Only append: the first node that starts applies all steps that a database lacks. */
export const STEPS: readonly Step[] = [
	{ version: 1, name: "journals and documents", up: nothing },
	// The data does not change. The new version keeps out older programs, which would treat removed aggregates as existing.
	{ version: 2, name: "what is removed leaves its keys", up: nothing },
];

const SCHEMA = "schema";
const LEASE = "migrations";

const leasesOf = (database: Database) => database.collection<LeaseRow>(LEASES);
const versionOf = (steps: readonly Step[]): number => steps.at(-1)?.version ?? 0;

/** Initializes the metadata of an empty database. */
const begin = ({ adapter }: Database, steps: readonly Step[], at: number): Promise<unknown> => {
	const applied = steps.map(({ version, name }) => ({ version, name, at }));
	return adapter.insert({ _id: SCHEMA, version: versionOf(steps), applied }).catch((cause: unknown) => {
		if ((cause as { code?: number }).code !== DUPLICATE_KEY) throw cause; // a duplicate key: another node or service was first
	});
};

/** Applies a change only to the expected version, so that a node that was paused meanwhile changes nothing. */
const note = (database: Database, before: number, change: object) =>
	database.collection<Meta>("meta").updateOne({ _id: SCHEMA, version: before }, change);

const take = async (database: Database, { version, name, up }: Step): Promise<void> => {
	try {
		await up(database);
	} catch (cause) {
		const failed: FailedMigration = { version, name, error: (cause as Error).message, at: await database.now() };
		await note(database, version - 1, { $set: { failed } });
		throw migrationFailedError(failed);
	}
	const at = await database.now();
	await note(database, version - 1, { $set: { version }, $push: { applied: { version, name, at } }, $unset: { failed: "" } });
};

/**
 * Migrates the database to the schema version of this program. One node migrates; the others wait for it.
 *
 * @param again retries a step that failed before
 * @returns the steps that this process has applied
 * @throws with a sentence for the operator if the database is of a newer program, or a step has failed
 */
export const migrate = async (database: Database, steps: readonly Step[] = STEPS, again = false): Promise<readonly Migration[]> => {
	const known = versionOf(steps);
	const taken: Migration[] = [];
	let mayTry = again;
	const look = async (): Promise<number> => {
		const found = await database.adapter.findById(SCHEMA);
		if (!found) return begin(database, steps, await database.now()).then(look);
		if (found.version > known) throw newerSchemaError("the database", found.version, known, "database in MONGO_URL");
		if (found.failed && !mayTry) throw migrationFailedError(found.failed);
		return found.version;
	};
	await runOnceAcrossNodes(leasesOf(database), LEASE, {
		done: async () => (await look()) === known,
		async work() {
			mayTry = true;
			for (let version = await look(); version < known; version = await look()) {
				const step = steps.find((next) => next.version === version + 1)!;
				await take(database, step);
				taken.push({ version: step.version, name: step.name });
			}
		},
	});
	return taken;
};

export const statusOf = async (database: Database, steps: readonly Step[] = STEPS): Promise<Omit<MigrationStatus, "place">> => {
	const found = await database.adapter.findById(SCHEMA);
	const holder = await holderOf(leasesOf(database), LEASE);
	return {
		version: found?.version ?? 0,
		steps: steps.map(({ version, name }) => ({ version, name })),
		appliedAt: Object.fromEntries((found?.applied ?? []).map(({ version, at }) => [version, at])),
		...(found?.failed && { failed: found.failed }),
		...(holder !== undefined && { holder }),
	};
};
