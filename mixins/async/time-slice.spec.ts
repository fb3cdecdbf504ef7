import fc from "fast-check";
import { onTurn } from "../observability/event-loop-turns";
import { filterInSlices, inSlices, settledInSlices, sortInSlices, timeSlice } from "./time-slice";

const spin = (ms: number): void => {
	for (const end = performance.now() + ms; performance.now() < end;);
};

test("work goes on in the order in which it asked, a little in each turn", async () => {
	const order: number[] = [];
	const turns: number[] = [];
	let turn = 0;
	const stop = onTurn({ took: () => void (turn += 1) });
	await Promise.all(
		Array.from({ length: 40 }, async (_, piece) => {
			await timeSlice();
			order.push(piece);
			turns.push(turn);
			spin(2);
		}),
	);
	stop();
	expect(order).toEqual(Array.from({ length: 40 }, (_, piece) => piece));
	const perTurn = [...Map.groupBy(turns, (at) => at).values()].map(({ length }) => length);
	expect(perTurn.length).toBeGreaterThanOrEqual(8);
	expect(Math.max(...perTurn)).toBeLessThanOrEqual(5);
});

test("what a piece does after it waited for an answer in the same turn counts as its own", async () => {
	const turns: number[] = [];
	let turn = 0;
	const stop = onTurn({ took: () => void (turn += 1) });
	await Promise.all(
		Array.from({ length: 10 }, async () => {
			await timeSlice();
			for (let hop = 0; hop < 20; hop++) await Promise.resolve();
			turns.push(turn);
			spin(5);
		}),
	);
	stop();
	const perTurn = [...Map.groupBy(turns, (at) => at).values()].map(({ length }) => length);
	expect(Math.max(...perTurn)).toBeLessThanOrEqual(2);
});

test("whatever else there is to do is done between slices", async () => {
	let isDone = false;
	let slicesBefore = 0;
	setTimeout(() => (isDone = true), 1);
	for (let piece = 0; piece < 1_000 && !isDone; piece++) {
		await timeSlice();
		spin(3);
		slicesBefore += 1;
	}
	expect(isDone).toBe(true);
	expect(slicesBefore).toBeLessThan(20);
});

test("a single call goes on at once", async () => {
	for (let count = 0; count < 3; count++) await timeSlice();
});

test("one that fails does not keep the others from going on", async () => {
	const outcomes = await Promise.allSettled(
		Array.from({ length: 5 }, async (_, piece) => {
			await timeSlice();
			if (piece === 1) throw new Error("x");
			return piece;
		}),
	);
	expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled", "fulfilled"]);
});

test("long lists are worked on in slices, and all outcomes are told in their order", async () => {
	const turns = new Set<number>();
	let turn = 0;
	const stop = onTurn({ took: () => void (turn += 1) });
	const items = Array.from({ length: 100 }, (_, item) => item);
	const outcomes = await settledInSlices(items, (item) => {
		turns.add(turn);
		spin(1);
		return item === 7 ? Promise.reject(new Error("x")) : Promise.resolve(2 * item);
	});
	stop();
	expect(turns.size).toBeGreaterThanOrEqual(5);
	expect(outcomes[7]).toMatchObject({ status: "rejected" });
	expect(outcomes[99]).toEqual({ status: "fulfilled", value: 198 });
	await expect(inSlices(items, (item) => Promise.resolve(item))).resolves.toEqual(items);
	await expect(inSlices(items, (item) => (item === 50 ? Promise.reject(new Error("x")) : Promise.resolve(item)))).rejects.toThrow("x");
});

test("a long list is filtered in slices", async () => {
	const turns = new Set<number>();
	let turn = 0;
	const stop = onTurn({ took: () => void (turn += 1) });
	const items = Array.from({ length: 2_000 }, (_, item) => item);
	const found = await filterInSlices(items, (item) => {
		turns.add(turn);
		if (item % 50 === 0) spin(1);
		return item % 2 === 0;
	});
	stop();
	expect(found).toEqual(items.filter((item) => item % 2 === 0));
	expect(turns.size).toBeGreaterThanOrEqual(3);
});

test("a long list is sorted as toSorted does, those that compare as equal in their order", async () => {
	const byKey = (a: { key: number }, b: { key: number }): number => a.key - b.key;
	await fc.assert(
		fc.asyncProperty(fc.array(fc.nat(50), { maxLength: 1_500, size: "max" }), async (keys) => {
			const items = keys.map((key, index) => ({ key, index }));
			expect(await sortInSlices(items, byKey)).toEqual(items.toSorted(byKey));
		}),
		{ numRuns: 20 },
	);
});

test("sorting lets other work go on", async () => {
	let turns = 0;
	const stop = onTurn({ took: () => void (turns += 1) });
	await sortInSlices(
		Array.from({ length: 200_000 }, (_, index) => (index * 7_919) % 200_003),
		(a, b) => a - b,
	);
	stop();
	expect(turns).toBeGreaterThan(5);
});
