import { setImmediate as turn } from "node:timers/promises";
import { forEachConcurrent } from "./for-each-concurrent";

test("works on each item once, in order, and never on more than the limit", async () => {
	const begun: number[] = [];
	let running = 0;
	let most = 0;
	await forEachConcurrent([1, 2, 3, 4, 5], 2, async (item) => {
		begun.push(item);
		most = Math.max(most, ++running);
		await turn();
		running--;
	});
	expect(begun).toEqual([1, 2, 3, 4, 5]);
	expect(most).toBe(2);
});

test("has nothing to do for no items", async () => {
	const work = jest.fn(() => Promise.resolve());
	await forEachConcurrent([], 4, work);
	expect(work).not.toHaveBeenCalled();
});

test("throws what the work throws", async () => {
	const cause = new Error("x");
	await expect(forEachConcurrent([1, 2], 1, () => Promise.reject(cause))).rejects.toBe(cause);
});

test("begins no further item once it is stopped", async () => {
	const begun: number[] = [];
	const work = (item: number): Promise<void> => {
		begun.push(item);
		return Promise.resolve();
	};
	await forEachConcurrent([1, 2, 3], 1, work, () => begun.length === 2);
	expect(begun).toEqual([1, 2]);
});
