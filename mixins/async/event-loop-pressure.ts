import { performance } from "node:perf_hooks";

/** Share of active time above which the event loop counts as saturated. */
const BUSY = 0.9;
/** Minimum length of a measured interval, in ms. Shorter ones reflect single turns rather than load. */
const SPAN_MS = 100;

/** Reports whether the event loop of this thread is saturated, so that background work should wait. Cheap to call. */
export const eventLoopPressure = (): (() => boolean) => {
	let last = performance.eventLoopUtilization();
	let lookedAt = performance.now();
	let pressed = false;
	return () => {
		const now = performance.now();
		if (now - lookedAt < SPAN_MS) return pressed;
		pressed = performance.eventLoopUtilization(last).utilization > BUSY;
		last = performance.eventLoopUtilization();
		lookedAt = now;
		return pressed;
	};
};
