import { sequenceGaps } from "./sequence-gaps";

test("reports no gap if all hints arrive", () => {
	const { hint, pulse } = sequenceGaps();
	expect([pulse("a", 0), hint("a", 1), hint("a", 2), pulse("a", 2), pulse("b", 0), hint("b", 1)]).not.toContain(true);
});

test("a missing hint is reported once, by the next hint or heartbeat", () => {
	const { hint, pulse } = sequenceGaps();
	hint("a", 1);
	expect([hint("a", 3), hint("a", 4), pulse("a", 4)]).toEqual([true, false, false]);
	expect([pulse("a", 5), pulse("a", 5), hint("a", 6)]).toEqual([true, false, false]);
});

test("earlier hints of a node are missing if it is first seen late", () => {
	const { hint, pulse } = sequenceGaps();
	expect([pulse("a", 7), hint("b", 1), hint("c", 2)]).toEqual([true, false, true]);
});

test("a reordered hint causes one gap only", () => {
	const { hint, pulse } = sequenceGaps();
	expect([hint("a", 2), hint("a", 1), pulse("a", 2), hint("a", 3)]).toEqual([true, false, false, false]);
});
