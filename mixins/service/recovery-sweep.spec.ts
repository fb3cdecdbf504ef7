import { recoverySweep, type RecoverySweepOptions, type UnfinishedWork } from "./recovery-sweep";

/** A sweep over a list of what is unfinished, by the times at which each became due. */
const sweepOver = (items: UnfinishedWork[], more: Partial<RecoverySweepOptions<UnfinishedWork>> = {}) => {
	const resumed: string[] = [];
	const failed: string[] = [];
	const sweep = recoverySweep({
		page: (now, limit, after) =>
			Promise.resolve(items.filter(({ value }) => Number(value) <= now && (!after || value > after.value)).slice(0, limit)),
		resume: ({ id }) => (resumed.push(id), Promise.resolve()),
		onError: (id) => failed.push(id),
		...more,
	});
	return { sweep, resumed, failed };
};
const many = (count: number): UnfinishedWork[] => Array.from({ length: count }, (_, index) => ({ id: `o${index}`, value: index }));

test("the oldest is taken up first", async () => {
	const { sweep, resumed } = sweepOver(many(40));
	await sweep(1_000);
	expect(resumed).toEqual(many(40).map(({ id }) => id));
});

test("what stays unfinished is tried again after pauses that grow, and end growing", async () => {
	const { sweep, resumed } = sweepOver(many(1));
	const at: number[] = [];
	for (let now = 1_000; now <= 200_000; now += 500) {
		await sweep(now);
		if (resumed.splice(0).length > 0) at.push(now);
	}
	expect(at.slice(1).map((now, index) => now - at[index]!)).toEqual([
		2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000, 30_000,
	]);
});

test("a failure is reported, is tried again, and holds up no other", async () => {
	const { sweep, failed } = sweepOver(many(20), {
		resume: ({ id }) => (id === "o3" ? Promise.reject(new Error("away")) : Promise.resolve()),
	});
	await sweep(1_000);
	await sweep(2_000);
	await sweep(3_000);
	expect(failed).toEqual(["o3", "o3"]);
});

test("what this node is working on is left alone", async () => {
	const { sweep, resumed } = sweepOver(many(3), { isBusy: (id) => id === "o1" });
	await sweep(1_000);
	expect(resumed).toEqual(["o0", "o2"]);
});

test("more than a page of what does not move keeps nothing from being taken up", async () => {
	const { sweep, resumed } = sweepOver(many(25), { pageSize: 10 });
	for (let turn = 0; turn < 3; turn++) await sweep(1_000);
	expect(new Set(resumed).size).toBe(25);
	await sweep(1_000);
	expect(resumed).toHaveLength(25); // it has begun again from the oldest, which pause
	await sweep(10_000);
	expect(resumed.length).toBeGreaterThan(25);
});
