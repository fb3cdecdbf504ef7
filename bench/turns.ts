/** Reads the turns of the event loop from the program's metrics. */
import { sumOf } from "./exposition";

/** Upper bound for the work of one turn, in seconds. */
const LONG_TURN_S = 0.02;

/** Wall time of turns, and processor time of the program's own work in them. */
export const TURN_HISTOGRAMS = { wall: "tianguis_event_loop_turn_seconds", work: "tianguis_event_loop_turn_work_seconds" } as const;

export interface Turns {
	readonly all: number;
	/** Number of turns longer than 20 ms. */
	readonly long: number;
}

/** @returns undefined if the program has no such histogram, or none with a bucket limit of 20 ms */
export const turnsOf = (exposition: string, histogram: string): Turns | undefined => {
	const all = sumOf(exposition, `${histogram}_count`);
	const short = sumOf(exposition, `${histogram}_bucket`, `le="${LONG_TURN_S}"`);
	return all === undefined || short === undefined ? undefined : { all, long: all - short };
};

export const turnsBetween = (before: Turns | undefined, after: Turns | undefined): Turns | undefined =>
	before && after && { all: after.all - before.all, long: after.long - before.long };

/** One turn in this many may be long, because garbage collection and cold processor caches lengthen single turns. */
const LONG_TURNS_ONE_IN = 10_000;

/** @returns a sentence about the violation; undefined if few enough turns are long */
export const tooManyLongTurns = ({ all, long }: Turns): string | undefined =>
	long * LONG_TURNS_ONE_IN > all
		? `${long} of ${all} turns worked longer than 20 ms; at most one in ${LONG_TURNS_ONE_IN.toLocaleString("en")} may`
		: undefined;
