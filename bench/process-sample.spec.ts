import { withoutIdle } from "./process-sample";

const busy = { units: 10, wallMs: 2_000, cpuMs: 500 };

test("idle time is taken off in proportion to time", () => {
	expect(withoutIdle(busy, { units: 1, wallMs: 10_000, cpuMs: 100 })).toEqual({ ...busy, cpuMs: 480 });
});

test("what is not measured stays so", () => {
	expect(withoutIdle({ ...busy, cpuMs: undefined }, { units: 1, wallMs: 1, cpuMs: 1 }).cpuMs).toBeUndefined();
	expect(withoutIdle(busy, { units: 1, wallMs: 1, cpuMs: undefined }).cpuMs).toBeUndefined();
});
