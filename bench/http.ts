import autocannon from "autocannon";

/** What was measured at one load. */
export interface Measured {
	readonly perSecond: number;
	readonly p50Ms: number;
	readonly p99Ms: number;
	readonly errors: number;
}

/** The same GET again and again. */
export const hammer = async (url: string, connections: number, seconds: number, requests?: autocannon.Request[]): Promise<Measured> => {
	const result = await autocannon({ url, connections, duration: seconds, ...(requests && { requests }) });
	return {
		perSecond: Math.round(result.requests.average),
		p50Ms: result.latency.p50,
		p99Ms: result.latency.p99,
		errors: result.errors + result.non2xx,
	};
};

/** A client's own steps, so many at once, until the time is over or all turns are taken. `step` gets a number that no other call gets. */
export const drive = async (
	step: (turn: number) => Promise<void>,
	atOnce: number,
	seconds: number,
	mostTurns = Infinity,
): Promise<Measured> => {
	const end = performance.now() + seconds * 1_000;
	const took: number[] = [];
	let turns = 0;
	let errors = 0;
	const start = performance.now();
	const one = async (): Promise<void> => {
		while (performance.now() < end && turns < mostTurns) {
			const begun = performance.now();
			try {
				await step(turns++);
				took.push(performance.now() - begun);
			} catch {
				errors += 1;
			}
		}
	};
	await Promise.all(Array.from({ length: atOnce }, one));
	const elapsed = (performance.now() - start) / 1_000;
	took.sort((a, b) => a - b);
	const at = (share: number): number => Math.round((took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0) * 100) / 100;
	return { perSecond: Math.round(took.length / elapsed), p50Ms: at(0.5), p99Ms: at(0.99), errors };
};
