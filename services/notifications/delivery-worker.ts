import type { Caller } from "@kernel/contract";
import type { Clock } from "@kernel/clock";
import { settleWithin } from "@mixins/async/timeout";
import { byTurns, periodicJob } from "@mixins/async/periodic-job";
import { eventLoopPressure } from "@mixins/async/event-loop-pressure";
import { runOutsideScope } from "@mixins/observability/scope";
import { LEASE_MS } from "./domain/retry-schedule";
import type { Notification } from "./domain/notification";
import { interrupt, takeOver } from "./leases";
import { nextDeliveries } from "./notifications.store";
import type { NotificationQueue, Queued } from "./notification-queue";

const MAX_CONCURRENCY = 16;
/** Maximum number of waiting notifications in memory. The others stay in the store until there is room. */
const MAX_WAITING = 1_000;
/** Delay in which notifications are batched. Those that are sent together share disk writes. */
const BATCH_DELAY_MS = 100;
/** Delay between two turns under load, because requests have priority. */
const PRESSED_MS = 500;
/** Delay between two turns under load once a notification has waited for MAX_WAIT_MS. */
const OVERDUE_MS = 50;
const MAX_WAIT_MS = 5_000;
/** Minimum remaining lease at the start of an attempt. Exceeds the duration of an attempt. */
const MIN_LEASE_MS = 0.75 * LEASE_MS;
/** Interval at which the due time is checked. There is no timer while nothing is due. */
const TICK_MS = 1_000;
/** Interval of the sweep for abandoned notifications. It runs only if other nodes use the store too. */
const SWEEP_MS = 5_000;
/** Nodes other than the preferred host run every fourth sweep. */
const OTHERS_EVERY = 4;
const POLL_LIMIT = 200;
/** How long a stop waits for mail servers. Unfinished mails are sent again after the next start, with the same Message-ID. */
const GRACE_MS = 5_000;

export interface Job {
	readonly id: string;
	/** The state, if this node already holds the lease. */
	readonly begun?: Notification;
}

interface Options {
	readonly outbox: NotificationQueue;
	readonly clock: Clock;
	/** @returns when the notification is due again; null if it has ended or another node holds it */
	readonly send: (caller: Caller, job: Job) => Promise<number | null>;
	readonly onError: (cause: unknown) => void;
	/** Whether the process is under load. Default: measured event loop pressure. */
	readonly isPressed?: () => boolean;
	/** Whether this node is the preferred host of the service. */
	readonly isFirst?: () => boolean;
	/** Default 1,000. */
	readonly maxWaiting?: number;
}

/**
 * Sends notifications with limited concurrency. Notifications that this node queues are passed on in memory. The store is read only for notifications that
 * were delayed, abandoned by another process, or queued while the memory was full. An exclusive store is not read while nothing in it is due.
 */
export const deliveryWorker = ({
	outbox,
	clock,
	send,
	onError,
	isPressed = eventLoopPressure(),
	isFirst = () => true,
	maxWaiting = MAX_WAITING,
}: Options) => {
	const waiting = new Map<string, Job & { readonly since: number }>();
	const inFlight = new Map<string, Promise<void>>();
	let caller: Caller | undefined;
	let stopped = false;
	let nextTurn: NodeJS.Timeout | undefined;
	let nextTick: NodeJS.Timeout | undefined;
	/** Earliest known time at which a notification in the store is due. */
	let dueAt = Infinity;

	const oldest = () => waiting.values().next().value;

	const delay = (): number => {
		if (!isPressed()) return BATCH_DELAY_MS;
		return clock() - (oldest()?.since ?? Infinity) < MAX_WAIT_MS ? PRESSED_MS : OVERDUE_MS;
	};

	const schedule = (): void => {
		if (!stopped && waiting.size > 0 && inFlight.size < MAX_CONCURRENCY)
			nextTurn ??= setTimeout(() => runOutsideScope(turn), delay()).unref();
	};

	const add = (job: Job): void => {
		if (stopped || waiting.has(job.id) || inFlight.has(job.id)) return;
		waiting.set(job.id, { ...job, since: clock() });
		schedule();
	};

	/** Schedules a read of the store at this time. */
	const pollAt = (at: number): void => {
		dueAt = Math.min(dueAt, at);
		if (!stopped && caller && dueAt < Infinity) nextTick ??= setTimeout(() => void runOutsideScope(tick), TICK_MS).unref();
	};

	const poll = async (): Promise<void> => {
		dueAt = Infinity; // reset before the read, so that due times reported meanwhile are kept
		const found = await nextDeliveries(outbox.collection, POLL_LIMIT);
		const now = clock();
		for (const { id } of found.filter((one) => one.dueAt <= now)) add({ id });
		const later = found.find((one) => one.dueAt > now)?.dueAt ?? Infinity;
		if (found.length === POLL_LIMIT && later === Infinity) pollAt(now);
		else if (outbox.exclusive) pollAt(later); // in a shared store, the node that holds it completes it, or a sweep finds it
	};

	const tick = async (): Promise<void> => {
		clearTimeout(nextTick);
		nextTick = undefined;
		if (dueAt <= clock() && waiting.size < MAX_CONCURRENCY) {
			await poll().catch((cause: unknown) => {
				onError(cause);
				pollAt(clock());
			});
		}
		pollAt(dueAt);
	};

	const run = async (by: Caller, job: Job): Promise<void> => {
		try {
			const again = await send(by, job);
			if (again !== null) pollAt(again);
		} catch (cause) {
			onError(cause);
			pollAt(clock() + LEASE_MS);
		}
		inFlight.delete(job.id);
		if (waiting.size === 0 && dueAt <= clock()) void tick();
		else if (isPressed()) schedule();
		else turn();
	};

	const turn = (): void => {
		clearTimeout(nextTurn);
		nextTurn = undefined;
		if (stopped || !caller) return;
		for (const [id, job] of waiting) {
			if (inFlight.size >= MAX_CONCURRENCY) return;
			waiting.delete(id);
			const leaseEnd = job.begun?.dueAt ?? Infinity;
			if (leaseEnd - clock() < MIN_LEASE_MS) pollAt(leaseEnd);
			else inFlight.set(id, run(caller, job));
		}
	};

	const sweep = periodicJob(SWEEP_MS, byTurns(isFirst, OTHERS_EVERY, poll), onError);

	return {
		async start(by: Caller): Promise<void> {
			if (outbox.exclusive) await takeOver(outbox, by, clock);
			caller = by;
			pollAt(clock());
			void runOutsideScope(tick);
			if (!outbox.exclusive) sweep.start();
		},

		/** Waits up to GRACE_MS for running attempts. Releases notifications that were not started. */
		async stop(): Promise<void> {
			stopped = true;
			clearTimeout(nextTurn);
			clearTimeout(nextTick);
			await sweep.stop();
			const held = [...waiting.values()].filter(({ begun }) => begun !== undefined).map(({ id }) => id);
			const released = caller ? interrupt(outbox, caller, clock, held).catch(onError) : Promise.resolve();
			await settleWithin(GRACE_MS, Promise.allSettled([released, ...inFlight.values()]));
		},

		/** Whether a notification that is queued now can be passed on in memory. */
		hasRoom: (): boolean => !stopped && caller !== undefined && waiting.size < maxWaiting,

		/** Accepts a notification queued by this node. Without a lease it stays in the store until it is due. */
		accept({ id, state }: Queued): void {
			if (state.status === "sending") add({ id, begun: state });
			else pollAt(state.dueAt ?? clock());
		},
	};
};
