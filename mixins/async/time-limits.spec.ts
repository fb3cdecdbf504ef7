import { eventually } from "@tests/support/world";
import { currentScope, runInScope } from "../observability/scope";
import { clearTimeLimit, startTimeLimit, type TimeLimit } from "./time-limits";

test("limits end in the order of their times, those that are cleared not at all", async () => {
	const ended: string[] = [];
	const start = (name: string, ms: number): TimeLimit => startTimeLimit(ms, () => ended.push(name));
	start("second", 60);
	const cleared = ["a", "b", "c"].map((name) => start(name, 20));
	start("first", 1);
	start("third", 120);
	for (const limit of [cleared[1]!, cleared[0]!, cleared[2]!, cleared[0]!]) clearTimeLimit(limit);
	await eventually(() => ended.length === 3);
	expect(ended).toEqual(["first", "second", "third"]);
});

test("none ends early, nor long after its time", async () => {
	const begun = performance.now();
	const took = await new Promise<number>((resolve) => startTimeLimit(100, () => resolve(performance.now() - begun)));
	expect(took).toBeGreaterThanOrEqual(100);
	expect(took).toBeLessThan(2_000);
});

test("one that ends may clear and start others", async () => {
	const ended: string[] = [];
	startTimeLimit(5, () => {
		ended.push("first");
		clearTimeLimit(other);
		startTimeLimit(5, () => ended.push("later"));
	});
	const other = startTimeLimit(5, () => ended.push("other"));
	await eventually(() => ended.includes("later"));
	expect(ended).toEqual(["first", "later"]);
});

test("what ends belongs to no request", async () => {
	const scope = await new Promise((resolve) => {
		runInScope({ service: "a", requestId: "r" }, () => startTimeLimit(1, () => resolve(currentScope())));
	});
	expect(scope).toBeUndefined();
});

test("no timer runs when none is left", async () => {
	const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
	const before = timers();
	clearTimeLimit(startTimeLimit(10_000, () => undefined));
	await eventually(() => timers() <= before);
});
