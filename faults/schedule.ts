import type { SeededRandom } from "./seeded-random";

/** A scheduled fault: its kind, target, time and duration. */
export interface Fault {
	readonly atMs: number;
	readonly kind: FaultKind;
	readonly target: string;
	/** Duration of the fault; for a process, the downtime before its restart. */
	readonly forMs: number;
	/** Delay per chunk, for the kind "delay". */
	readonly byMs: number;
}

export const NODE_FAULTS = ["kill", "term", "freeze"] as const;
export const LINK_FAULTS = ["cut", "sever", "hang", "delay"] as const;
export const ENGINE_FAULTS = ["crash"] as const;
export type FaultKind = (typeof NODE_FAULTS)[number] | (typeof LINK_FAULTS)[number] | (typeof ENGINE_FAULTS)[number];

/** The possible targets of faults. */
export interface Targets {
	readonly nodes: readonly string[];
	readonly links: readonly string[];
	readonly engines: readonly string[];
	readonly freezeMs: number;
}

/** Minimum time between the start of the last fault and the end of the campaign. */
const TAIL_MS = 1_500;
const FIRST_MS = 1_500;
const INTERVAL_MS = 3_000;

const one = (random: SeededRandom, { nodes, links, engines, freezeMs }: Targets, atMs: number): Fault => {
	const where = random.weighted({ node: nodes.length > 0 ? 5 : 0, link: links.length > 0 ? 4 : 0, engine: engines.length > 0 ? 3 : 0 });
	const fault = (kind: FaultKind, target: string, forMs: number, byMs = 0): Fault => ({ atMs, kind, target, forMs, byMs });
	if (where === "node") {
		const kind = random.weighted({ kill: 5, term: 3, freeze: 2 });
		const forMs = { kill: random.int(100, 3_000), term: random.int(0, 1_000), freeze: random.int(freezeMs / 2, freezeMs) }[kind];
		return fault(kind, random.pick(nodes), forMs);
	}
	if (where === "link") {
		const kind = random.weighted({ cut: 5, sever: 2, hang: 2, delay: 3 });
		const forMs = { cut: 0, sever: random.int(500, 4_000), hang: random.int(500, 6_000), delay: random.int(2_000, 8_000) }[kind];
		return fault(kind, random.pick(links), forMs, kind === "delay" ? random.int(20, 400) : 0);
	}
	return fault("crash", random.pick(engines), random.int(300, 5_000));
};

const DRAWS = 1_000;

/** @throws Error if no fault has this name */
const oneOf = (random: SeededRandom, targets: Targets, only: string, atMs: number): Fault => {
	for (let draw = 0; draw < DRAWS; draw++) {
		const fault = one(random, targets, atMs);
		if (`${fault.kind} ${fault.target}`.includes(only)) return fault;
	}
	throw new Error(`there is no fault whose name has ${only}`);
};

/**
 * Creates a schedule. The same seed gives the same faults at the same times.
 *
 * @param only substring of "kind target" that selects the faults
 * @param everyMs average time between two faults
 */
export const schedule = (random: SeededRandom, minutes: number, targets: Targets, only = "", everyMs = INTERVAL_MS): Fault[] => {
	const end = minutes * 60_000 - TAIL_MS;
	const faults: Fault[] = [];
	for (let at = FIRST_MS; at < end; at += random.int(everyMs / 3, (5 * everyMs) / 3)) faults.push(oneOf(random, targets, only, at));
	return faults;
};
