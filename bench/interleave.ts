/** Rounds of an experiment. */
export interface Rounds {
	/** Discarded rounds at the start, in which processes compile their hot code. */
	readonly warmUp: number;
	readonly measured: number;
}

/**
 * Runs slices of work of several processes one at a time, so that other load on the machine affects all of them alike. Every second round
 * runs in reverse order, so that no slice always follows the same one.
 */
export const interleave = async (slices: readonly (() => Promise<void>)[], rounds: number): Promise<void> => {
	for (let round = 0; round < rounds; round++) for (const slice of round % 2 === 0 ? slices : slices.toReversed()) await slice();
};
