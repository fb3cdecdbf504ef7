/** A hybrid logical clock: time in microseconds, later than all that this process has read or written. */
export interface HybridLogicalClock {
	next(): number;
	observe(tick: number): void;
}

export const TICKS_PER_MS = 1_000;

/**
 * Whoever commits to an aggregate has read its last commit, so its own gets a later tick, whatever the clocks of two nodes say: the order of
 * ticks is the order of each aggregate, and between aggregates about that of time.
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
