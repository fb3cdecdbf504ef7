/**
 * `npm run migrate -- status|up`: shows or migrates the schema version of the stored data. Every start migrates it too. The command
 * shows the status, migrates before a start, or retries a failed step.
 */
import { acquireDataFolder } from "@config/data-folder";
import { readSettings, type Settings } from "@config/env";
import { createMigrations } from "@config/migrations";
import type { Migrations, MigrationStatus } from "@mixins/store/migrations";

const stamp = (at: number | undefined): string => (at === undefined ? "" : `  ${new Date(at).toISOString()}`);

const lines = ({ place, version, steps, appliedAt, failed, holder }: MigrationStatus): readonly string[] => [
	`${place}: ${version === 0 ? "no data yet" : `schema ${version}`}, this version supports up to ${steps.length}`,
	...(version === 0
		? []
		: steps.map((step) => {
				const word = step.version <= version ? "applied" : failed?.version === step.version ? "FAILED " : "pending";
				return `  ${word}  ${step.version}  ${step.name}${stamp(failed?.version === step.version ? failed.at : appliedAt[step.version])}`;
			})),
	...(failed ? [`  It failed with: ${failed.error}`] : []),
	...(holder === undefined ? [] : [`  being migrated by ${holder}`]),
	...(version > steps.length ? ["  The data was written by a newer version; this version cannot use it."] : []),
];

const show = async (each: Migrations): Promise<void> => {
	const status = await each.status();
	for (const line of lines(status)) console.log(line);
	if (status.failed || status.version > status.steps.length) process.exitCode = 1;
};

const up = async (each: Migrations): Promise<void> => {
	const { place, version } = await each.status();
	if (version === 0) {
		console.log(`${place}: no data yet`);
		return;
	}
	const taken = await each.up();
	for (const step of taken) console.log(`${place}: applied migration ${step.version}: ${step.name}`);
	if (taken.length === 0) console.log(`${place}: nothing to do`);
};

/** Leaves a folder that another process uses unchanged. */
const owning = async (settings: Settings, work: () => Promise<void>): Promise<void> => {
	const folder = settings.mongoUrl === undefined ? acquireDataFolder(settings.dataDir) : undefined;
	await work().finally(() => folder?.release());
};

const main = async ([command = "status", ...more]: readonly string[]): Promise<void> => {
	if (more.length > 0 || (command !== "status" && command !== "up")) throw new Error("usage: npm run migrate -- status | up");
	const settings = readSettings();
	const all = await createMigrations(settings);
	try {
		if (command === "status") for (const each of all) await show(each);
		else
			await owning(settings, async () => {
				for (const each of all) await up(each);
			});
	} finally {
		await Promise.all(all.map((each) => each.close()));
	}
};

main(process.argv.slice(2)).catch((cause: unknown) => {
	process.stderr.write(`migrate: ${(cause as Error).message}\n`);
	process.exitCode = 1;
});
