/** Slices of work for several processes in turn, so that what else the machine does meets all of them alike. */

export interface Rounds {
	/** Rounds at the start whose samples are discarded: processes compile what they do often. */
	readonly warmUp: number;
	readonly measured: number;
}

/**
 * One slice at a time. Every second round goes through the contenders backwards, so that none is always the one after another.
 *
 * @returns the samples of the measured rounds, by contender
 */
export const interleave = async <C, S>(
	contenders: readonly C[],
	{ warmUp, measured }: Rounds,
	slice: (contender: C, round: number) => Promise<S>,
): Promise<Map<C, S[]>> => {
	const samples = new Map(contenders.map((contender) => [contender, [] as S[]]));
	for (let round = 0; round < warmUp + measured; round++) {
		for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
			const sample = await slice(contender, round);
			if (round >= warmUp) samples.get(contender)!.push(sample);
		}
	}
	return samples;
};
