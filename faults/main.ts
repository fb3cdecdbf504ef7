/**
 * `npm run faults`: runs shoppers and staff while processes crash and freeze, connections are cut and events are duplicated. Then
 * compares the stored data with the replies. Exit code 1 if a violation is found.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtProgram } from "../cli/built-program";
import { campaign } from "./campaign";
import { cluster } from "./cluster";
import { embedded } from "./embedded";
import type { SystemUnderTest, SystemOptions } from "./system-under-test";
import { InvalidArgumentsError, readOptions, type Options } from "./options";
import type { Profile } from "./mutations/mutations";
import { selectMutations, runMutations } from "./mutations/run-mutations";
import { walkAllCrashPoints } from "./crash-points";
import { reportOf } from "./report";

const folderFor = (what: string): string => mkdtempSync(join(tmpdir(), `tianguis-${what}-`));

/** The open systems under test. */
const markets = new Set<SystemUnderTest>();

const openMarket = async (profile: Profile, options: SystemOptions): Promise<SystemUnderTest> => {
	const opened = await (profile === "embedded" ? embedded(options) : cluster(options));
	const system: SystemUnderTest = {
		...opened,
		async close(keep) {
			await opened.close(keep);
			markets.delete(system);
		},
	};
	markets.add(system);
	return system;
};

let leaving: Promise<void> | undefined;
/** An interruption stops all processes. A frozen process would otherwise never end. */
const leaveNothing = async (): Promise<void> => {
	for (const system of markets) {
		await Promise.all(system.nodes.map((node) => node.end("SIGKILL")));
		await system.close(false);
	}
};
// Ctrl-C arrives more than once: from the terminal and from the parent process.
for (const [signal, number] of Object.entries({ SIGINT: 2, SIGTERM: 15 }))
	process.on(signal, () => {
		leaving ??= leaveNothing().finally(() => process.exit(128 + number));
	});

const run = async (options: Options): Promise<number> => {
	const { seed, minutes, only, keep, quiet } = options;
	const folder = folderFor("faults");
	const say = (line: string): void => {
		if (!quiet) console.log(line);
	};
	say(`seed ${seed}, ${minutes} minutes, data and logs in ${folder}`);
	const system = await openMarket(options.embedded ? "embedded" : "cluster", { program: builtProgram(), folder, seed });
	let fine = false;
	try {
		const outcome = await campaign(system, { seed, minutes, only, say });
		console.log(reportOf(outcome, seed).join("\n"));
		fine = outcome.findings.length === 0;
		return fine ? 0 : 1;
	} finally {
		await system.close(keep || !fine);
		if (keep || !fine) console.log(`data and logs are in ${folder}`);
	}
};

const mutations = async (names: readonly string[], { seed, minutes, keep, embedded: alone }: Options): Promise<number> => {
	const folder = folderFor("mutations");
	const defects = selectMutations(names, alone ? ["embedded"] : ["embedded", "cluster"]);
	const say = (line: string): void => {
		console.log(line);
	};
	say(`seed ${seed}, ${minutes} minutes for each of ${defects.length} defects, copies in ${folder}`);
	const fine = await runMutations(defects, { program: builtProgram(), folder, seed, minutes, keep, say, open: openMarket });
	if (!keep) rmSync(folder, { recursive: true, force: true });
	return fine ? 0 : 1;
};

const crashPoints = async ({ seed, embedded: alone }: Options): Promise<number> => {
	const profile = alone ? "embedded" : "cluster";
	const open = (options: SystemOptions): Promise<SystemUnderTest> => openMarket(profile, options);
	const fine = await walkAllCrashPoints(profile, open, { program: builtProgram(), folder: folderFor("crash-points"), seed }, console.log);
	return fine ? 0 : 1;
};

const main = async (): Promise<void> => {
	const options = readOptions(process.argv.slice(2), () => randomBytes(4).toString("hex"));
	process.exitCode = options.crashPoints
		? await crashPoints(options)
		: options.mutations
			? await mutations(options.mutations, options)
			: await run(options);
};

main().catch((cause: unknown) => {
	console.error(cause instanceof InvalidArgumentsError ? `faults: ${cause.message}` : cause);
	process.exit(2);
});
