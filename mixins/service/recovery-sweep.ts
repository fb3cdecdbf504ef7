import { forEachConcurrent } from "../async/for-each-concurrent";
import { byTurns, periodicJob, type PeriodicJob } from "../async/periodic-job";
import type { Scalar } from "../store/port";

/** Unfinished work with its position in the order in which a sweep reads. */
export interface UnfinishedWork {
	readonly id: string;
	/** Time at which it became due. The oldest work is resumed first. */
	readonly value: Scalar;
}

export interface RecoverySweepOptions<Item extends UnfinishedWork> {
	/** Reads one page of work that may be due, oldest first. The next run continues after a full page, so no work is skipped forever. */
	readonly page: (now: number, limit: number, after: UnfinishedWork | undefined) => Promise<readonly Item[]>;
	/** Whether this node is working on it already. */
	readonly isBusy?: (id: string) => boolean;
	/** Resumes the work. The page may be stale, so implementations confirm the state first. */
	readonly resume: (item: Item, now: number) => Promise<void>;
	readonly onError: (id: string, cause: unknown) => void;
	/** Items per page. Default 500. */
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
 * Resumes work that a crashed node or an unresponsive service left unfinished. Work that stays unfinished is retried after a pause that doubles from
 * 2 s to 30 s; the pauses are kept in this process only. A failed attempt does not delay other work.
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

/** Interval of the preferred host. Other hosts sweep at every second interval, in case the preferred host cannot. */
export const RECOVERY_EVERY_MS = 1_500;
export const RECOVERY_TURNS_OF_OTHERS = 2;

/** Runs a recovery sweep periodically. */
export const recoveryJob = (sweep: () => Promise<void>, isFirst: () => boolean, onError: (cause: unknown) => void): PeriodicJob =>
	periodicJob(RECOVERY_EVERY_MS, byTurns(isFirst, RECOVERY_TURNS_OF_OTHERS, sweep), onError);
