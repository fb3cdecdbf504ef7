import { forEachConcurrent } from "../async/for-each-concurrent";
import { byTurns, periodicJob, type PeriodicJob } from "../async/periodic-job";
import type { Scalar } from "../store/port";

/** Something that was left unfinished, with its place in the order in which a sweep reads. */
export interface UnfinishedWork {
	readonly id: string;
	/** When it became due: the oldest is taken up first. */
	readonly value: Scalar;
}

export interface RecoverySweepOptions<Item extends UnfinishedWork> {
	/** One page of what may be due by now, the oldest first. A full page is continued at the next run, so that none is passed over for ever. */
	readonly page: (now: number, limit: number, after: UnfinishedWork | undefined) => Promise<readonly Item[]>;
	/** Whether this node works on it at this moment. */
	readonly isBusy?: (id: string) => boolean;
	/** Brings it forward. What the page says may be old: it is confirmed first. */
	readonly resume: (item: Item, now: number) => Promise<void>;
	readonly onError: (id: string, cause: unknown) => void;
	/** Default 500. */
	readonly pageSize?: number;
}

const PAGE_SIZE = 500;
const MAX_CONCURRENCY = 16;
const FIRST_PAUSE_MS = 2_000;
const MAX_PAUSE_MS = 30_000;

interface Pause {
	readonly ms: number;
	readonly until: number;
}

/**
 * Takes up what a node that crashed, or a service that did not answer, has left unfinished. What is still unfinished after an attempt is tried again
 * after a pause that doubles from 2 s to 30 s, and that only this process remembers. A failure does not hold up the others.
 *
 * @returns one run of the sweep
 */
export const recoverySweep = <Item extends UnfinishedWork>({
	page,
	isBusy = () => false,
	resume,
	onError,
	pageSize = PAGE_SIZE,
}: RecoverySweepOptions<Item>): ((now: number) => Promise<void>) => {
	const pauses = new Map<string, Pause>();
	let after: UnfinishedWork | undefined;

	return async (now) => {
		const items = await page(now, pageSize, after);
		after = items.length < pageSize ? undefined : items.at(-1);
		for (const [id, { until }] of pauses) if (until + MAX_PAUSE_MS < now) pauses.delete(id);
		const due = items.filter(({ id }) => !isBusy(id) && now >= (pauses.get(id)?.until ?? 0));
		await forEachConcurrent(due, MAX_CONCURRENCY, async (item) => {
			const { id } = item;
			const ms = Math.min(MAX_PAUSE_MS, 2 * (pauses.get(id)?.ms ?? FIRST_PAUSE_MS / 2));
			pauses.set(id, { ms, until: now + ms });
			try {
				await resume(item, now);
			} catch (cause) {
				onError(id, cause);
			}
		});
	};
};

/** The first of the nodes that host a service sweeps so often; any other at every second turn, should the first be unable to. */
export const RECOVERY_EVERY_MS = 1_500;
export const RECOVERY_TURNS_OF_OTHERS = 2;

/** Runs a recovery sweep again and again. */
export const recoveryJob = (sweep: () => Promise<void>, isFirst: () => boolean, onError: (cause: unknown) => void): PeriodicJob =>
	periodicJob(RECOVERY_EVERY_MS, byTurns(isFirst, RECOVERY_TURNS_OF_OTHERS, sweep), onError);
