import { LRUCache } from "lru-cache";

/** Detects lost hints. Each hint has a number, and each heartbeat carries the number of the last hint. */
export interface SequenceGaps {
	/** @returns whether a hint before this one is missing */
	hint(node: string, number: number): boolean;
	/** @returns whether a hint up to this number is missing */
	pulse(node: string, number: number): boolean;
}

const MAX_NODES = 1_000;

/** Reports each missing hint once. Nodes are identified per start. */
export const sequenceGaps = (): SequenceGaps => {
	const last = new LRUCache<string, number>({ max: MAX_NODES });
	const missing = (node: string, upTo: number, number: number): boolean => {
		const known = last.get(node) ?? 0;
		last.set(node, Math.max(known, number));
		return upTo > known;
	};
	return {
		hint: (node, number) => missing(node, number - 1, number),
		pulse: (node, number) => missing(node, number, number),
	};
};
