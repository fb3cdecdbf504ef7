/** Hybrid logical clock. Its ticks are microseconds, and each is later than every tick that this process has read or written. */
export interface HybridLogicalClock {
	next(): number;
	observe(tick: number): void;
}

export const TICKS_PER_MS = 1_000;

/**
 * A node that commits to an aggregate has read its last commit, so the new commit gets a later tick even if the clocks of two nodes differ.
 * Ticks therefore order the commits of each aggregate. Between aggregates they follow time approximately.
 *
 * @param now epoch ms; may have fractions
 */
export const hybridLogicalClock = (now: () => number): HybridLogicalClock => {
	let last = 0;
	return {
		next: () => (last = Math.max(Math.floor(now() * TICKS_PER_MS), last + 1)),
		observe: (tick) => {
			last = Math.max(last, tick);
		},
	};
};
