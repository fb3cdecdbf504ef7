import { parseSchedstat, spentMs, threadsOf } from "./cpu";

describe("processor time", () => {
	test("is the first field of a schedstat file", () => {
		expect(parseSchedstat("1211092 107782 2\n")).toBe(1_211_092);
	});

	test.each(["", "0", "garbage", "1 2"])("is unknown where the file says %j", (text) => {
		expect(parseSchedstat(text)).toBeUndefined();
	});

	test("is what all threads together have spent, new ones included", () => {
		const before = new Map([
			["1", 1_000_000],
			["2", 5_000_000],
		]);
		const after = new Map([
			["1", 3_000_000],
			["2", 5_500_000],
			["3", 250_000],
		]);
		expect(spentMs(before, after)).toBe(2.75);
	});

	test("leaves out a thread that has ended", () => {
		const before = new Map([
			["1", 1_000_000],
			["2", 5_000_000],
		]);
		expect(spentMs(before, new Map([["1", 2_000_000]]))).toBe(1);
	});

	test("is unknown where one of the readings is", () => {
		expect(spentMs(undefined, new Map())).toBeUndefined();
		expect(spentMs(new Map(), undefined)).toBeUndefined();
	});

	test("of a process that does not exist is unknown", () => {
		expect(threadsOf(2 ** 30)).toBeUndefined();
	});

	const onLinux = process.platform === "linux" ? test : test.skip;
	onLinux("of this process grows with its work", () => {
		const before = threadsOf(process.pid);
		const deadline = performance.now() + 15_000;
		let spent = 0;
		while (spent < 5 && performance.now() < deadline) spent = spentMs(before, threadsOf(process.pid))!;
		expect(spent).toBeGreaterThanOrEqual(5);
	});
});
