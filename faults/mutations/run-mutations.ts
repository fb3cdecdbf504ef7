import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { campaign, type Outcome } from "../campaign";
import type { SystemUnderTest, SystemOptions } from "../system-under-test";
import { MUTATIONS, type Mutation, type Profile } from "./mutations";
import { applyMutation } from "./apply-mutation";

export interface MutationRunOptions {
	readonly program: string;
	readonly folder: string;
	readonly seed: string;
	readonly minutes: number;
	readonly say: (line: string) => void;
	/** Opens a system under test of this profile; undefined if it is not available. */
	readonly open: (profile: Profile, options: SystemOptions) => Promise<SystemUnderTest>;
	readonly keep: boolean;
}

/** The unmodified program. A violation found here would be found with every mutation. */
const NONE: Mutation = { name: "none", description: "the program as it is", profile: "embedded", edits: [] };
/** Maximum time for a mutated program to become consistent. It is short because no recovery is expected. */
const SETTLE_MS = 40_000;
const MAX_WAIT_MS = 20_000;

/** @returns the mutations of these names, or all. @throws Error if a name is unknown */
export const selectMutations = (names: readonly string[], profiles: readonly Profile[]): readonly Mutation[] => {
	if (names.includes("all")) return MUTATIONS.filter(({ profile }) => profiles.includes(profile));
	return names.map((name) => {
		const defect = MUTATIONS.find((other) => other.name === name);
		if (!defect) throw new Error(`unknown mutation ${name}; available: ${MUTATIONS.map((known) => known.name).join(", ")}`);
		return defect;
	});
};

const run = async (defect: Mutation, { program, folder, seed, minutes, open, keep }: MutationRunOptions): Promise<Outcome | string> => {
	const place = join(folder, defect.name);
	mkdirSync(place, { recursive: true });
	const system = await open(defect.profile, { program: applyMutation(program, defect, place), folder: place, seed });
	try {
		return await campaign(system, {
			seed,
			minutes,
			...(defect.only !== undefined && { only: defect.only }),
			stopAtFirst: true,
			...(defect.edits.length > 0 && { settleMs: SETTLE_MS, patienceMs: MAX_WAIT_MS }),
			say: () => undefined,
		});
	} finally {
		await system.close(keep);
	}
};

/** Runs a campaign against the unmodified program and each mutation. @returns whether every mutation and no false defect was detected */
export const runMutations = async (defects: readonly Mutation[], options: MutationRunOptions): Promise<boolean> => {
	let fine = true;
	for (const defect of [
		...(new Set(defects.map(({ profile }) => profile)).has("embedded") ? [NONE] : []),
		...(defects.some(({ profile }) => profile === "cluster") ? [{ ...NONE, name: "none-cluster", profile: "cluster" } as const] : []),
		...defects,
	]) {
		const begun = performance.now();
		let rules: string[];
		try {
			const outcome = await run(defect, options);
			rules = typeof outcome === "string" ? [outcome] : [...new Set(outcome.findings.map(({ rule }) => rule))];
		} catch (cause) {
			// A mutated program that cannot be bootstrapped counts as detected. A mutation that does not apply does not.
			if (defect.edits.length === 0 || (cause as Error).constructor.name === "DoesNotApply") throw cause;
			rules = [`the campaign could not run: ${(cause as Error).message.slice(0, 200)}`];
		}
		const wanted = defect.edits.length > 0;
		const right = rules.length > 0 === wanted;
		fine &&= right;
		const verdict = wanted ? (right ? "caught" : "MISSED") : right ? "clean " : "BROKEN";
		options.say(`${verdict}  ${defect.name.padEnd(24)} ${Math.round((performance.now() - begun) / 1_000)} s  ${rules.join("; ")}`);
	}
	return fine;
};
