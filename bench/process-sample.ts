import { spentMs, threadsOf } from "./cpu";

/** One slice of work of one process. */
export interface Sample {
	/** Orders, requests, ...: what the figures are divided by. */
	readonly units: number;
	readonly wallMs: number;
	/** Processor time of all threads. Undefined where it is not measured. */
	readonly cpuMs: number | undefined;
}

/** Begins a measurement of a process. @returns a function that may be called more than once: each call gives what was used since the begin */
export const measure = (pid: number): ((units: number) => Sample) => {
	const before = threadsOf(pid);
	const begun = performance.now();
	return (units) => ({ units, wallMs: performance.now() - begun, cpuMs: spentMs(before, threadsOf(pid)) });
};

/** The same work without what the process uses when it has nothing to do. */
export const withoutIdle = (sample: Sample, idle: Sample): Sample => ({
	...sample,
	cpuMs: sample.cpuMs === undefined || idle.cpuMs === undefined ? undefined : sample.cpuMs - (idle.cpuMs * sample.wallMs) / idle.wallMs,
});
