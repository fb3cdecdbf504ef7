/** One slice of work of one process. */
export interface Sample {
	/** Orders, requests, ...: what the figures are divided by. */
	readonly units: number;
	readonly wallMs: number;
	/** Of all threads of the process. Undefined where it is not measured. */
	readonly cpuMs: number | undefined;
}
