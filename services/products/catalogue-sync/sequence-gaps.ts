import { LRUCache } from "lru-cache";

/** Notices hints that never came: each has a number, and each pulse tells the number of the last. */
export interface SequenceGaps {
	/** @returns whether one before it is missing */
	hint(node: string, number: number): boolean;
	/** @returns whether one up to it is missing */
	pulse(node: string, number: number): boolean;
}

const MAX_NODES = 1_000;

/** What is missing is told once. @param node one start of a node */
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
