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
/** Kept in memory to be sent. What comes beyond that is found in the store when there is room. */
const MAX_WAITING = 1_000;
/** A notification waits so long for others: those that are sent together share writes to the disk. */
const GATHER_MS = 100;
/** Between two turns while requests keep the process busy: they go first. */
const PRESSED_MS = 500;
/** The same, once a notification has waited for MAX_WAIT_MS. */
const OVERDUE_MS = 50;
const MAX_WAIT_MS = 5_000;
/** What is left of a lease when an attempt begins, at least: longer than an attempt takes. */
const MIN_LEASE_MS = 0.75 * LEASE_MS;
/** How often the clock is compared with the next time at which something is due; not at all where nothing is. */
const TICK_MS = 1_000;
/** Where other nodes send too, for what one of them has left behind. */
const SWEEP_MS = 5_000;
/** In sweeps: how often a node sweeps that is not the first host of the service. */
const OTHERS_SWEEP = 4;
const FOUND = 200;
/** How long a stop waits for a mail server. What it does not wait for goes out again after the next start, under the same Message-ID. */
const GRACE_MS = 5_000;

export interface Job {
	readonly id: string;
	/** Its state where its lease is held by this node already. */
	readonly begun?: Notification;
}

interface Options {
	readonly outbox: NotificationQueue;
	readonly clock: Clock;
	/** @returns when it is due again; null where it has ended, or is not this node's to send */
	readonly send: (caller: Caller, job: Job) => Promise<number | null>;
	readonly onError: (cause: unknown) => void;
	/** Whether the process has hardly a moment to spare. Measured where it is not given. */
	readonly isPressed?: () => boolean;
	/** Whether this node is the first host of the service. */
	readonly isFirst?: () => boolean;
	/** Default 1,000. */
	readonly maxWaiting?: number;
}

/**
 * Sends notifications, a few at a time. Those that this node queues are handed over in memory; the store is asked only for what is delayed, was left by a
 * process that has ended, or found no room. One store of one's own is not asked at all while nothing in it is due.
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
	/** When something in the store is due, as far as is known. */
	let dueAt = Infinity;

	const oldest = () => waiting.values().next().value;

	const delay = (): number => {
		if (!isPressed()) return GATHER_MS;
		return clock() - (oldest()?.since ?? Infinity) < MAX_WAIT_MS ? PRESSED_MS : OVERDUE_MS;
	};

	const schedule = (): void => {
		if (!stopped && waiting.size > 0 && inFlight.size < MAX_CONCURRENCY)
			nextTurn ??= setTimeout(() => runOutsideScope(turn), delay()).unref();
	};

	const take = (job: Job): void => {
		if (stopped || waiting.has(job.id) || inFlight.has(job.id)) return;
		waiting.set(job.id, { ...job, since: clock() });
		schedule();
	};

	/** Sees to it that the store is asked at this time. */
	const expect = (at: number): void => {
		dueAt = Math.min(dueAt, at);
		if (!stopped && caller && dueAt < Infinity) nextTick ??= setTimeout(() => void runOutsideScope(tick), TICK_MS).unref();
	};

	const look = async (): Promise<void> => {
		dueAt = Infinity; // what becomes known from here on counts, whatever is found
		const found = await nextDeliveries(outbox.collection, FOUND);
		const now = clock();
		for (const { id } of found.filter((one) => one.dueAt <= now)) take({ id });
		const later = found.find((one) => one.dueAt > now)?.dueAt ?? Infinity;
		if (found.length === FOUND && later === Infinity) expect(now);
		else if (outbox.exclusive) expect(later); // elsewhere a sweep finds it, unless the node that holds it ends it before
	};

	const tick = async (): Promise<void> => {
		clearTimeout(nextTick);
		nextTick = undefined;
		if (dueAt <= clock() && waiting.size < MAX_CONCURRENCY) {
			await look().catch((cause: unknown) => {
				onError(cause);
				expect(clock());
			});
		}
		expect(dueAt);
	};

	const run = async (by: Caller, job: Job): Promise<void> => {
		try {
			const again = await send(by, job);
			if (again !== null) expect(again);
		} catch (cause) {
			onError(cause);
			expect(clock() + LEASE_MS);
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
			if (leaseEnd - clock() < MIN_LEASE_MS) expect(leaseEnd);
			else inFlight.set(id, run(caller, job));
		}
	};

	const sweep = periodicJob(SWEEP_MS, byTurns(isFirst, OTHERS_SWEEP, look), onError);

	return {
		async start(by: Caller): Promise<void> {
			if (outbox.exclusive) await takeOver(outbox, by, clock);
			caller = by;
			expect(clock());
			void runOutsideScope(tick);
			if (!outbox.exclusive) sweep.start();
		},

		/** Waits for what is under way, for a while. What has not been begun is left to others. */
		async stop(): Promise<void> {
			stopped = true;
			clearTimeout(nextTurn);
			clearTimeout(nextTick);
			await sweep.stop();
			const held = [...waiting.values()].filter(({ begun }) => begun !== undefined).map(({ id }) => id);
			const released = caller ? interrupt(outbox, caller, clock, held).catch(onError) : Promise.resolve();
			await settleWithin(GRACE_MS, Promise.allSettled([released, ...inFlight.values()]));
		},

		/** Whether what is queued now can be sent without being looked for. */
		hasRoom: (): boolean => !stopped && caller !== undefined && waiting.size < maxWaiting,

		/** Sends what was queued here, or leaves it to the store where its lease was not taken. */
		accept({ id, state }: Queued): void {
			if (state.status === "sending") take({ id, begun: state });
			else expect(state.dueAt ?? clock());
		},
	};
};
