/** Turns of the event loop, from the program's metrics. */
import { sumOf } from "./exposition";

/** No turn should take longer, in seconds. */
const LONG_TURN_S = 0.02;

/** Wall time of turns, and processor time that the program's own work in them took. */
export const TURN_HISTOGRAMS = { wall: "tianguis_event_loop_turn_seconds", work: "tianguis_event_loop_turn_work_seconds" } as const;

export interface Turns {
	readonly all: number;
	/** Longer than 20 ms. */
	readonly long: number;
}

/** @returns undefined where the program has no such histogram, or none with a limit at 20 ms */
export const turnsOf = (exposition: string, histogram: string): Turns | undefined => {
	const all = sumOf(exposition, `${histogram}_count`);
	const short = sumOf(exposition, `${histogram}_bucket`, `le="${LONG_TURN_S}"`);
	return all === undefined || short === undefined ? undefined : { all, long: all - short };
};

export const turnsBetween = (before: Turns | undefined, after: Turns | undefined): Turns | undefined =>
	before && after && { all: after.all - before.all, long: after.long - before.long };

/** Garbage collection and caches that other programs have emptied make single turns longer than their work. */
const LONG_TURNS_ONE_IN = 10_000;

/** @returns what is wrong with these turns, undefined where nothing is */
export const tooManyLongTurns = ({ all, long }: Turns): string | undefined =>
	long * LONG_TURNS_ONE_IN > all
		? `${long} of ${all} turns worked longer than 20 ms; at most one in ${LONG_TURNS_ONE_IN.toLocaleString("en")} may`
		: undefined;
