import { byTurns } from "./periodic-job";

/** @returns at which of so many turns the work was done */
const turnsOf = async (firstAt: (turn: number) => boolean, others: number, turns: number): Promise<number[]> => {
	const done: number[] = [];
	let turn = 0;
	const run = byTurns(
		() => firstAt(turn),
		others,
		() => (done.push(turn), Promise.resolve()),
	);
	for (; turn < turns; turn++) await run();
	return done;
};

test("the first of the nodes works at each turn, any other now and then", async () => {
	expect(await turnsOf(() => true, 3, 6)).toEqual([0, 1, 2, 3, 4, 5]);
	expect(await turnsOf(() => false, 3, 9)).toEqual([2, 5, 8]);
});

test("a node that becomes the first works at once", async () => {
	expect(await turnsOf((turn) => turn === 1, 4, 8)).toEqual([1, 5]);
});
