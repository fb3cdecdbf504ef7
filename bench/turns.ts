/** Turns of the event loop, from the program's metrics. */

import { sumOf } from "./exposition";

/** No turn should take longer, in seconds. */
export const LONG_TURN_S = 0.02;
const NAME = "tianguis_event_loop_turn_seconds";

export interface Turns {
	readonly all: number;
	/** Longer than 20 ms. */
	readonly long: number;
}

/** @returns undefined where the program has no such histogram, or none with a limit at 20 ms */
export const turnsOf = (exposition: string): Turns | undefined => {
	const all = sumOf(exposition, `${NAME}_count`);
	const short = sumOf(exposition, `${NAME}_bucket`, `le="${LONG_TURN_S}"`);
	return all === undefined || short === undefined ? undefined : { all, long: all - short };
};

export const turnsBetween = (before: Turns | undefined, after: Turns | undefined): Turns | undefined =>
	before && after && { all: after.all - before.all, long: after.long - before.long };
