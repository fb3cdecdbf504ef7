import { performance } from "node:perf_hooks";

/** Of the time since it was last looked at, more than this was spent at work. */
const BUSY = 0.9;
/** Shorter spans say more of the moment than of the load. */
const SPAN_MS = 100;

/** Tells whether this thread has hardly a moment to spare: then what nobody waits for should wait. Cheap to ask. */
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
