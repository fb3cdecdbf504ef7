import { tooManyLongTurns, turnsBetween, TURN_HISTOGRAMS, turnsOf } from "./turns";

const told = (short: number, all: number): string => `# TYPE tianguis_event_loop_turn_seconds histogram
tianguis_event_loop_turn_seconds_bucket{namespace="t",le="0.01"} ${short - 1}
tianguis_event_loop_turn_seconds_bucket{namespace="t",le="0.02"} ${short}
tianguis_event_loop_turn_seconds_bucket{namespace="t",le="+Inf"} ${all}
tianguis_event_loop_turn_seconds_sum{namespace="t"} 12.5
tianguis_event_loop_turn_seconds_count{namespace="t"} ${all}
`;
const wall = (text: string) => turnsOf(text, TURN_HISTOGRAMS.wall);

test("long turns are those above 20 ms", () => {
	expect(wall(told(990, 1_000))).toEqual({ all: 1_000, long: 10 });
});

test("a program without the histogram, or without its limit, has told nothing", () => {
	expect(wall("")).toBeUndefined();
	expect(wall(told(1, 2).replace('le="0.02"', 'le="0.025"'))).toBeUndefined();
	expect(turnsOf(told(990, 1_000), TURN_HISTOGRAMS.work)).toBeUndefined();
});

test("between two readings", () => {
	expect(turnsBetween(wall(told(100, 103)), wall(told(1_000, 1_010)))).toEqual({ all: 907, long: 7 });
	expect(turnsBetween(undefined, wall(told(1, 1)))).toBeUndefined();
});

test("one long turn in ten thousand is borne, and no more", () => {
	expect(tooManyLongTurns({ all: 9_999, long: 0 })).toBeUndefined();
	expect(tooManyLongTurns({ all: 10_000, long: 1 })).toBeUndefined();
	expect(tooManyLongTurns({ all: 9_999, long: 1 })).toBeDefined();
	expect(tooManyLongTurns({ all: 10_000, long: 2 })).toBeDefined();
});
