/** Result of a load run. */
export interface Driven {
	/** Steps that succeeded. */
	readonly done: number;
	readonly perSecond: number;
	readonly p50Ms: number;
	readonly p99Ms: number;
	readonly errors: number;
	/** The first error. */
	readonly cause: unknown;
}

interface End {
	readonly seconds?: number;
	readonly turns?: number;
}

/** Runs `step` with a fixed concurrency until the time is over or all turns are used. Each call gets a unique number. */
export const drive = async (
	step: (turn: number) => Promise<unknown>,
	atOnce: number,
	{ seconds = Infinity, turns: maxTurns = Infinity }: End,
): Promise<Driven> => {
	const start = performance.now();
	const end = start + seconds * 1_000;
	const took: number[] = [];
	let turns = 0;
	let errors = 0;
	let cause: unknown;
	const one = async (): Promise<void> => {
		while (performance.now() < end && turns < maxTurns) {
			const begun = performance.now();
			try {
				await step(turns++);
				took.push(performance.now() - begun);
			} catch (error) {
				errors += 1;
				cause ??= error;
			}
		}
	};
	await Promise.all(Array.from({ length: atOnce }, one));
	const elapsed = (performance.now() - start) / 1_000;
	took.sort((a, b) => a - b);
	const at = (share: number): number => Math.round((took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0) * 100) / 100;
	return { done: took.length, perSecond: Math.round(took.length / elapsed), p50Ms: at(0.5), p99Ms: at(0.99), errors, cause };
};

/** @throws if a step failed, with the first error as the cause */
export const driveAll = async (step: (turn: number) => Promise<unknown>, atOnce: number, turns: number): Promise<number> => {
	const { done, errors, cause } = await drive(step, atOnce, { turns });
	if (errors > 0) throw new Error(`${errors} of ${turns} steps failed`, { cause });
	return done;
};
