/** Set-up that all rows of a run share: the compared builds and the bare server. */
import { bareSample, type Bare } from "./bare";
import { interleave, type Rounds } from "./interleave";
import type { Build } from "./builds";
import type { Sample } from "./process-sample";
import type { Shop } from "./shop";

/** A build with its running program. */
export interface Contender extends Build {
	readonly shop: Shop;
}

export interface BenchContext {
	readonly contenders: readonly Contender[];
	readonly bare: Bare;
	/** Runs tiny amounts only; the figures are not meaningful. */
	readonly smoke: boolean;
	/** Overrides the number of measured rounds of each experiment. */
	readonly rounds: number | undefined;
}

export type ByContender<T> = ReadonlyMap<Contender, readonly T[]>;

export interface Compared<Slice> {
	/** Results of the slices of the measured rounds. */
	readonly slices: ByContender<Slice>;
	/** Samples of the bare server from the same rounds. */
	readonly bare: readonly Sample[];
}

const BARE_REPLIES = 4_000;
const SMOKE_ROUNDS: Rounds = { warmUp: 1, measured: 1 };

/** Runs the slices of one experiment, alternating between all contenders and the bare server. */
export const compare = async <Slice>(
	{ contenders, bare, smoke, rounds }: BenchContext,
	{ warmUp, measured }: Rounds,
	slice: (contender: Contender) => Promise<Slice>,
): Promise<Compared<Slice>> => {
	const of = new Map(contenders.map((contender) => [contender, [] as Slice[]]));
	const bareSamples: Sample[] = [];
	const turns = [
		...contenders.map((contender) => async () => void of.get(contender)!.push(await slice(contender))),
		async () => void bareSamples.push(await bareSample(bare, smoke ? 200 : BARE_REPLIES)),
	];
	const counts = smoke ? SMOKE_ROUNDS : { warmUp, measured: rounds ?? measured };
	await interleave(turns, counts.warmUp + counts.measured);
	const kept = <S>(samples: readonly S[]): readonly S[] => samples.slice(counts.warmUp);
	return { slices: new Map([...of].map(([contender, slices]) => [contender, kept(slices)])), bare: kept(bareSamples) };
};
