import { createHash } from "node:crypto";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** A pseudo-random generator; the same seed gives the same sequence. */
export interface SeededRandom {
	/** A random integer; both bounds are inclusive. */
	int(from: number, to: number): number;
	/** True with this probability, from 0 to 1. */
	of(share: number): boolean;
	pick<T>(from: readonly T[]): T;
	/** A weighted choice: `{ often: 9, seldom: 1 }`. */
	weighted<T extends string>(weights: Readonly<Record<T, number>>): T;
	/** An independent generator, so that its sequence does not depend on draws elsewhere. */
	fork(name: string): SeededRandom;
}

const PARTS = 1_000_000;

export const seededRandom = (seed: string): SeededRandom => {
	const source = xoroshiro128plus(createHash("sha256").update(seed).digest().readInt32LE(0));
	const int = (from: number, to: number): number => uniformInt(source, from, to);
	return {
		int,
		of: (share) => int(1, PARTS) <= share * PARTS,
		pick: (from) => from[int(0, from.length - 1)]!,
		weighted<T extends string>(weights: Readonly<Record<T, number>>): T {
			const entries = Object.entries(weights) as [T, number][];
			let left = int(
				1,
				entries.reduce((sum, [, weight]) => sum + weight, 0),
			);
			return entries.find(([, weight]) => (left -= weight) <= 0)![0];
		},
		fork: (name) => seededRandom(`${seed}/${name}`),
	};
};
