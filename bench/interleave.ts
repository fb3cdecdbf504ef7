/** Rounds of an experiment. */
export interface Rounds {
	/** At the start, discarded: processes compile what they do often. */
	readonly warmUp: number;
	readonly measured: number;
}

/**
 * Slices of work of several processes in turn, one at a time, so that what else the machine does meets all of them alike. Every second round
 * goes backwards, so that none is always the one after another.
 */
export const interleave = async (slices: readonly (() => Promise<void>)[], rounds: number): Promise<void> => {
	for (let round = 0; round < rounds; round++) for (const slice of round % 2 === 0 ? slices : slices.toReversed()) await slice();
};
