import { setTimeout as pause } from "node:timers/promises";
import type { Clock } from "@kernel/clock";
import type { EventContract } from "@kernel/contract";
import { settleWithin } from "../async/timeout";
import { periodicJob } from "../async/periodic-job";
import type { Store, UnpublishedCommit } from "../store/port";
import type { EventBus } from "./event-bus";
import { toCloudEvents } from "./to-cloud-events";
import { publicationMarks } from "./publication-marks";
import { ownCommits } from "./own-commits";

const BATCH = 500;
/** Sweep interval if one process owns the store. Each commit wakes the relay; the sweep retries failed publications. */
const SWEEP_MS = 1_000;
/** In a shared store the committing process publishes at once. A commit that stays unpublished for longer is published by a sweep. */
export const LEFT_BEHIND_MS = 2_000;
const SETTLING_MS = 20;
/** Maximum time that `stop` waits for queued and running publications. */
const STOP_MS = 5_000;

export interface Relay {
	start(): void;
	/** Waits up to 5 s for queued and running publications, then writes the marks. Other commits stay unpublished in the journals. */
	stop(): Promise<void>;
	/** Publishes the unpublished commits of the journals: all of them, or in a shared store those older than `LEFT_BEHIND_MS`. */
	sweep(): Promise<void>;
	/** Resolves when the journals hold no unpublished commit, or when the relay is stopped. */
	drained(): Promise<void>;
	/** Age of the oldest unpublished commit that this process knows, in milliseconds; 0 if it knows none. */
	lagMs(): number;
}

/**
 * Publishes committed events from the journals to the bus, in the order of each aggregate. Commits are marked as published after the bus has
 * stored or delivered their events. A crash at any point can cause a second delivery, but no loss (docs/adr/0017).
 */
export const relay = (
	store: Store,
	bus: Pick<EventBus, "publish">,
	contracts: readonly EventContract[],
	clock: Clock,
	onError: (cause: unknown) => void,
): Relay => {
	const byType = new Map(contracts.map((contract) => [contract.type, contract]));
	const publish = async (commits: readonly UnpublishedCommit[]): Promise<void> => {
		const events = commits.flatMap((commit) => toCloudEvents(byType, commit));
		if (events.length > 0) await bus.publish(events);
	};
	const marking = publicationMarks((published) => store.markPublished(published), onError);
	const own = ownCommits({
		unpublishedBefore: (commits) => store.unpublishedBefore!(commits),
		async publish(commits) {
			await publish(commits);
			marking.add(commits);
		},
		onError,
	});
	let stopped = true;
	let left: readonly UnpublishedCommit[] = [];
	let sweeping: Promise<void> | undefined;

	const sweepAll = async (): Promise<void> => {
		do {
			left = await store.unpublished(BATCH, store.exclusive ? undefined : LEFT_BEHIND_MS);
			if (left.length === 0) return;
			await publish(left);
			await store.markPublished(left);
		} while (left.length === BATCH && !stopped);
		left = [];
	};
	const sweep = (): Promise<void> =>
		(sweeping ??= sweepAll().finally(() => {
			sweeping = undefined;
		}));
	const regular = periodicJob(SWEEP_MS, sweep, onError);

	store.onCommit((commits) => {
		if (commits) own.add(commits);
		else regular.wake();
	});
	return {
		sweep,
		start() {
			stopped = false;
			if (store.exclusive) regular.start();
			else own.start();
		},
		async stop() {
			stopped = true;
			own.stop();
			await settleWithin(STOP_MS, Promise.allSettled([regular.stop(), sweeping, own.idle()]));
			await marking.flush();
		},
		async drained() {
			while (!stopped) {
				await Promise.allSettled([sweeping, own.idle()]);
				await marking.flush();
				if ((await store.unpublished(1)).length === 0) return;
				await sweep().catch(onError);
				await pause(SETTLING_MS);
			}
		},
		lagMs() {
			const waiting = [left[0], own.oldest()].flatMap((commit) => commit?.meta.at ?? []);
			return Math.max(0, clock() - Math.min(Infinity, ...waiting));
		},
	};
};
