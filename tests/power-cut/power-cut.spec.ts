import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@tests/support/world";
import { readFolderSnapshot } from "../../cli/check/snapshot";
import { checkInvariants } from "../../cli/check/invariants";
import { startShop } from "../../bench/shop";
import { mailsOf } from "@tests/support/mail";
import { emptyDisk, type Files } from "./disk";
import { findingsIn } from "./findings";
import { isLogRestart } from "./moments";
import { MUTATIONS } from "./mutations";
import { powerCuts, runOf, writeFiles, type Cut, type Run } from "./power-cuts";
import { describeWithRecorder, makeRecorder } from "./recorder";
import type { Entry } from "./recording";
import { shopUntilKilled, type Memory } from "./workload";

const LOGS = ["tianguis.db-wal", "test-provider.db-wal"];
const SEED = "power";
const CUTS = 60;
const SECRET_CUTS = 200;
/** Limit for mutations, which are found with far fewer cuts. */
const MUTATION_CUTS = 500;
/** Recorded bytes until the program is killed, and until it is stopped after its second start. Both include restarts of the write-ahead log. */
const KILL_AT = 24_000_000;
const STOP_AT = 40_000_000;

const filesIn = (folder: string): Files =>
	new Map(
		(readdirSync(folder, { recursive: true }) as string[])
			.filter((name) => !name.endsWith("-shm") && statSync(join(folder, name)).isFile())
			.map((name) => [name, readFileSync(join(folder, name))]),
	);

const mailsIn = (files: Files): Set<string> =>
	new Set(
		[...files]
			.filter(([name]) => name.endsWith(".mbox"))
			.flatMap(([, content]) => mailsOf(content.toString("latin1")))
			.flatMap((mail) => /^Message-ID: <([^@]+)@/m.exec(mail)?.[1] ?? []),
	);

/** Names of the files that differ between the two. */
const differences = (one: Files, other: Files): string[] =>
	[...new Set([...one.keys(), ...other.keys()])].filter((name) => !other.get(name)?.equals(one.get(name) ?? Buffer.from("missing")));

const replayed = (entries: readonly Entry[]): Files => {
	const disk = emptyDisk();
	for (const entry of entries) disk.apply(entry);
	return disk.now();
};

describeWithRecorder("a power cut", () => {
	describe.each([
		["on several cores", false],
		["on one core", true],
	])("%s", (_, pin) => {
		const scratch = realpathSync(mkdtempSync(join(tmpdir(), "tianguis-power-")));
		const folder = join(scratch, "data");
		const image = join(scratch, "image");
		const memory: Memory = { promises: new Map(), carts: [] };
		let entries: Entry[];
		let run: Run;
		let afterKill: { readonly files: Files; readonly entries: readonly Entry[] };

		const start = (data: string, env: Readonly<Record<string, string>> = {}) =>
			startShop({ folder: data, pin, env: { DEMO: "false", ...env } });

		/** Records a run that is killed, and a second run on the same folder that is stopped. */
		beforeAll(async () => {
			mkdirSync(folder);
			const recorder = makeRecorder(folder, scratch);
			const killed = await start(folder, recorder.env(KILL_AT));
			await shopUntilKilled(killed, memory);
			await killed.stop("SIGKILL");
			afterKill = { files: filesIn(folder), entries: recorder.entries() };
			const stopped = await start(folder, recorder.env(0));
			const used = shopUntilKilled(stopped, memory);
			await eventually(() => recorder.size() > STOP_AT, "the second run has written enough", 120_000);
			await stopped.stop();
			await used;
			entries = recorder.entries();
			run = runOf(entries, memory.promises);
		}, 300_000);
		afterAll(() => {
			rmSync(scratch, { recursive: true, force: true });
		});

		const findingsOf = ({ files, due }: Cut): Promise<string[]> => {
			writeFiles(image, new Map([...files].filter(([name]) => name.includes(".db"))));
			return findingsIn(image, { due, mails: mailsIn(files), isSettled: false });
		};
		/** Starts the program on the remaining files, and lets it complete open work. */
		const findingsAfterStart = async ({ files, due }: Cut): Promise<string[]> => {
			writeFiles(image, files);
			const shop = await start(image);
			await eventually(
				async () => checkInvariants(await readFolderSnapshot(image)).counted["orders still open"] === 0,
				"no order is open any more",
				60_000,
			);
			await shop.stop();
			return findingsIn(image, { due, mails: mailsIn(filesIn(image)), isSettled: true });
		};

		test("the recording lacks nothing that reached the files", () => {
			expect(differences(replayed(afterKill.entries), afterKill.files)).toEqual([]);
			expect(differences(replayed(entries), filesIn(folder))).toEqual([]);
		});

		test("the recording has enough promises, and logs that restarted", () => {
			expect(run.due.length).toBeGreaterThan(100);
			expect(entries.filter(isLogRestart).length).toBeGreaterThan(LOGS.length);
		});

		test("commits that a killed process left unsynced are durable before the next process answers", () => {
			const second = entries.slice(afterKill.entries.length);
			const beforeResponses = second.slice(
				0,
				second.findIndex(({ kind }) => kind === "response"),
			);
			for (const log of LOGS)
				expect(beforeResponses.find((entry) => "name" in entry && entry.name === log)).toMatchObject({ kind: "syncBegin" });
		});

		test("the secret is there whole or not at all", () => {
			const cuts = [...powerCuts(run, { seed: SEED, count: SECRET_CUTS, from: 0, to: run.openAt })];
			const left = cuts.flatMap(({ files }) => files.get("secret")?.toString() ?? []);
			expect(new Set(left)).toEqual(new Set([readFileSync(join(folder, "secret"), "utf8")]));
		});

		test(`loses nothing that was answered with 2xx (${CUTS} moments, seed "${SEED}")`, async () => {
			for (const cut of powerCuts(run, { seed: SEED, count: CUTS, from: run.openAt }))
				expect({ at: cut.at, findings: await findingsOf(cut) }).toEqual({ at: cut.at, findings: [] });
		}, 120_000);

		test("leaves what the program can start on", async () => {
			const cuts = [
				...powerCuts(run, { seed: SEED, count: 1, from: 0, to: run.openAt }),
				...powerCuts(run, { seed: SEED, count: 1, from: run.openAt }),
			];
			for (const cut of cuts) expect({ at: cut.at, findings: await findingsAfterStart(cut) }).toEqual({ at: cut.at, findings: [] });
		}, 180_000);

		test.each(MUTATIONS)(
			"would lose something with $name",
			async ({ mutate, at }) => {
				const mutated = runOf(mutate(entries), memory.promises);
				for (const cut of powerCuts(mutated, { seed: SEED, count: MUTATION_CUTS, from: mutated.openAt, ...(at && { at }) }))
					if ((await findingsOf(cut)).length > 0) return;
				throw new Error(`not found by ${MUTATION_CUTS} power cuts`);
			},
			120_000,
		);
	});
});
