import { spentMs, threadsOf } from "./cpu";

/** Measurement of one slice of work of one process. */
export interface Sample {
	/** Number of orders, requests or other units, by which the figures are divided. */
	readonly units: number;
	readonly wallMs: number;
	/** Processor time of all threads; undefined if it is not measured. */
	readonly cpuMs: number | undefined;
}

/** Starts a measurement of a process. @returns a function that returns the usage since the start; it may be called more than once */
export const measure = (pid: number): ((units: number) => Sample) => {
	const before = threadsOf(pid);
	const begun = performance.now();
	return (units) => ({ units, wallMs: performance.now() - begun, cpuMs: spentMs(before, threadsOf(pid)) });
};

/** Subtracts the processor time that the idle process uses in the same time. */
export const withoutIdle = (sample: Sample, idle: Sample): Sample => ({
	...sample,
	cpuMs: sample.cpuMs === undefined || idle.cpuMs === undefined ? undefined : sample.cpuMs - (idle.cpuMs * sample.wallMs) / idle.wallMs,
});
