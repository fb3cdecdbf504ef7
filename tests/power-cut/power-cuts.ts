import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { seededRandom } from "../../faults/seeded-random";
import { emptyDisk, type Files } from "./disk";
import { momentsOf, type Moment } from "./moments";
import type { Promised, Promises } from "./promises";
import type { Entry } from "./recording";

/** A promise, and the number of recorded entries when its response was sent. */
interface Due extends Promised {
	readonly at: number;
}

/** A program's changes of its disk, and the promises it made meanwhile. */
export interface Run {
	readonly entries: readonly Entry[];
	readonly due: readonly Due[];
	/** Number of entries at its first response. Before it, the database may not exist. */
	readonly openAt: number;
}

/** The files that a power cut left, and the promises of responses sent before it. `at` is the number of entries before the cut. */
export interface Cut {
	readonly at: number;
	readonly files: Files;
	readonly due: readonly Promised[];
}

const requestIdOf = (head: string): string => /^x-request-id: (\S+)/im.exec(head)?.[1] ?? "";

export const runOf = (entries: readonly Entry[], promises: Promises): Run => ({
	entries,
	due: entries.flatMap((entry, index) =>
		entry.kind === "response" ? (promises.get(requestIdOf(entry.head)) ?? []).map((promised) => ({ ...promised, at: index + 1 })) : [],
	),
	openAt: entries.findIndex(({ kind }) => kind === "response") + 1,
});

interface CutOptions {
	readonly seed: string;
	readonly count: number;
	/** The first and the last moment. */
	readonly from: number;
	readonly to?: number;
	/** Default: all kinds in turn. */
	readonly at?: Moment;
}

/** Yields power cuts at random moments, in chronological order. */
export function* powerCuts({ entries, due }: Pick<Run, "entries" | "due">, options: CutOptions): Generator<Cut> {
	const { seed, count, from, to = entries.length, at: only } = options;
	const random = seededRandom(seed);
	const moments = momentsOf(entries);
	const kinds = (only ? [moments[only]] : Object.values(moments))
		.map((kind) => kind.filter((at) => at >= from && at <= to))
		.filter((kind) => kind.length > 0);
	if (kinds.length === 0) return;
	const chosen = Array.from({ length: count }, (_, index) => random.pick(kinds[index % kinds.length]!)).sort((a, b) => a - b);
	const disk = emptyDisk();
	let recorded = 0;
	for (const at of chosen) {
		for (; recorded < at; recorded++) disk.apply(entries[recorded]!);
		yield { at, files: disk.afterCut(random), due: due.filter((promised) => promised.at <= at) };
	}
}

/** Replaces the content of the folder with these files. */
export const writeFiles = (folder: string, files: Files): void => {
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	for (const [name, bytes] of files) {
		mkdirSync(join(folder, dirname(name)), { recursive: true });
		writeFileSync(join(folder, name), bytes);
	}
};
