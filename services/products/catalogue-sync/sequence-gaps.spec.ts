import { sequenceGaps } from "./sequence-gaps";

test("all hints came", () => {
	const { hint, pulse } = sequenceGaps();
	expect([pulse("a", 0), hint("a", 1), hint("a", 2), pulse("a", 2), pulse("b", 0), hint("b", 1)]).not.toContain(true);
});

test("one that is missing is noticed by the next, or by a pulse, and once", () => {
	const { hint, pulse } = sequenceGaps();
	hint("a", 1);
	expect([hint("a", 3), hint("a", 4), pulse("a", 4)]).toEqual([true, false, false]);
	expect([pulse("a", 5), pulse("a", 5), hint("a", 6)]).toEqual([true, false, false]);
});

test("of a node that is met late, what it said before is missing", () => {
	const { hint, pulse } = sequenceGaps();
	expect([pulse("a", 7), hint("b", 1), hint("c", 2)]).toEqual([true, false, true]);
});

test("what overtakes is no gap for long", () => {
	const { hint, pulse } = sequenceGaps();
	expect([hint("a", 2), hint("a", 1), pulse("a", 2), hint("a", 3)]).toEqual([true, false, false, false]);
});
