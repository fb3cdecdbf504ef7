import fc from "fast-check";
import { PRIORITIES } from "@kernel/contract";
import { isAdmitted, NO_SHEDDING, LIMITS, nextShedding, type LoadSample, type Shedding } from "./load-shedding";

const after = (lags: readonly number[], from: Shedding = NO_SHEDDING): Shedding =>
	lags.reduce((state, lag) => nextShedding(state, lag), from);
const times = (count: number, lag: number): number[] => new Array<number>(count).fill(lag);
const served = (state: Shedding, moment: Partial<LoadSample> = {}) =>
	PRIORITIES.filter((priority) => isAdmitted(priority, state, { inFlight: 1, takingMs: 0, ...moment }));

test("browsing is shed first, then shopping, then buying, then vital requests", () => {
	expect(served(after(times(20, 400)))).toEqual(["browsing", "shopping", "buying", "vital"]);
	expect(served(after(times(20, 1_000)))).toEqual(["shopping", "buying", "vital"]);
	expect(served(after(times(20, 3_000)))).toEqual(["buying", "vital"]);
	expect(served(after(times(20, 7_000)))).toEqual(["vital"]);
	expect(served(after(times(20, 20_000)))).toEqual([]);
});

test("the same applies to the number of requests in flight", () => {
	expect(served(NO_SHEDDING, { inFlight: 1_000 })).toHaveLength(4);
	expect(served(NO_SHEDDING, { inFlight: 1_001 })).toEqual(["shopping", "buying", "vital"]);
	expect(served(NO_SHEDDING, { inFlight: 2_001 })).toEqual(["buying", "vital"]);
	expect(served(NO_SHEDDING, { inFlight: 4_001 })).toEqual(["vital"]);
	expect(served(NO_SHEDDING, { inFlight: 8_001 })).toEqual([]);
});

test("a long accepting turn sheds load before the next sample", () => {
	expect(served(NO_SHEDDING, { takingMs: 500 })).toHaveLength(4);
	expect(served(NO_SHEDDING, { takingMs: 501 })).toEqual(["shopping", "buying", "vital"]);
	expect(served(NO_SHEDDING, { takingMs: 2_001 })).toEqual(["buying", "vital"]);
	expect(served(NO_SHEDDING, { takingMs: 10_001 })).toEqual([]);
});

test("a single stall of any length is not an overload", () => {
	for (const stall of [900, 7_800, 60_000]) {
		expect(after([5, 5, stall]).level).toBe(0);
		expect(after([5, 5, stall, 5, 5]).level).toBe(0);
	}
});

test("an overload begins at the second high sample and ends at the second calm one", () => {
	expect(after([5, 600, 600]).level).toBe(1);
	expect(after([5, 600, 3_000]).level).toBe(1);
	for (const lag of [600, 3_000, 60_000]) {
		const late = after(times(10, lag));
		expect(late.level).toBeGreaterThan(0);
		expect(after([5], late).level).toBe(late.level);
		expect(after([5, 5], late).level).toBe(0);
	}
});

test("a shed priority is admitted well below the limit, not at it", () => {
	const late = after(times(10, 800));
	expect(late.level).toBe(1);
	expect(after(times(50, 300), late).level).toBe(1);
	expect(after(times(50, 240), late).level).toBe(0);
	expect(after(times(40, 1), after(times(10, 20_000))).level).toBe(0);
});

test("a higher priority is never shed before a lower one, and the limits are ordered", () => {
	fc.assert(
		fc.property(fc.array(fc.nat(30_000), { maxLength: 50 }), fc.nat(10_000), fc.nat(30_000), (lags, inFlight, takingMs) => {
			const state = after(lags);
			const turnedAway = PRIORITIES.map((priority) => !isAdmitted(priority, state, { inFlight, takingMs }));
			expect(turnedAway.lastIndexOf(true)).toBe(turnedAway.filter(Boolean).length - 1);
			if (lags.every((lag) => lag < LIMITS.browsing.lagMs)) expect(state.level).toBe(0);
			expect(after([0, 0], state).level).toBe(0);
		}),
	);
	const list = PRIORITIES.map((priority) => LIMITS[priority]);
	expect(list).toEqual([...list].sort((a, b) => a.lagMs - b.lagMs || a.inFlight - b.inFlight));
});
