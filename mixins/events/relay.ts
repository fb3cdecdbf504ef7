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
/** Where one process owns the store: each commit wakes the relay, and this finds what could not be published. */
const SWEEP_MS = 1_000;
/** Where several processes share the store, the one that committed publishes at once. What waits for longer was left behind. */
export const LEFT_BEHIND_MS = 2_000;
const SETTLING_MS = 20;
/** A stop waits for no longer. */
const STOP_MS = 5_000;

export interface Relay {
	start(): void;
	/** Publishes what this process has committed until now. What cannot be published stays in the journals. */
	stop(): Promise<void>;
	/** Publishes what the journals hold unpublished: all of it, or what was left behind where other processes publish too. */
	sweep(): Promise<void>;
	/** Resolves when nothing is left unpublished in the journals. */
	drained(): Promise<void>;
	/** Age of the oldest commit that this process knows to be unpublished, in milliseconds; 0 where there is none. */
	lagMs(): number;
}

/**
 * Carries committed events from the journals to the bus, in the order of each aggregate, and marks them once the bus has them safe. A crash
 * anywhere leads to a second delivery, never to a loss (docs/adr/0017).
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
