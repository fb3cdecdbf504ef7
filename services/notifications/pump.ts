import type { Caller } from "@kernel/contract";
import type { Clock } from "@kernel/clock";
import { atMost } from "@mixins/at-most";
import { byTurns, job } from "@mixins/jobs";
import { pressure } from "@mixins/pressed";
import { byItself } from "@mixins/request";
import { due, underLease } from "./notifications.store";
import type { Outbox } from "./outbox";

const AT_ONCE = 8;
const SWEEP_MS = 1_000;
/** How long a stop waits for a mail server. What it does not wait for goes out again after the next start, under the same Message-ID. */
const GRACE_MS = 5_000;
/** Shoppers who wait for an answer go before mails, but not for longer than this. */
const PATIENCE_MS = 5_000;

interface Options {
	readonly outbox: Outbox;
	readonly clock: Clock;
	readonly send: (caller: Caller, id: string) => Promise<boolean>;
	readonly onError: (cause: unknown) => void;
	/** Whether the process has hardly a moment to spare. Measured where it is not given. */
	readonly isPressed?: () => boolean;
	readonly isFirst?: () => boolean;
}

/** Sends what is due, a few at a time: one that is slow holds up nobody but itself. */
export const pump = ({ outbox, clock, send, onError, isPressed = pressure(), isFirst = () => true }: Options) => {
	const underWay = new Map<string, Promise<void>>();
	let stopped = false;
	let caller: Caller | undefined;

	let waitingSince: number | undefined;

	/** Mails give way to whoever waits for an answer, for a while. */
	const givesWay = (now: number): boolean => {
		if (!isPressed()) waitingSince = undefined;
		else waitingSince ??= now;
		return waitingSince !== undefined && now - waitingSince < PATIENCE_MS;
	};

	const sendOne = async (by: Caller, id: string): Promise<void> => {
		let more = false;
		try {
			more = await send(by, id);
		} catch (cause) {
			onError(cause);
		}
		underWay.delete(id);
		if (more) wakeUp(); // a place is free; one that was not to be had is left to the sweep
	};

	const fill = async (by: Caller): Promise<void> => {
		if (underWay.size >= AT_ONCE || givesWay(clock())) return;
		const waiting = (await due(outbox.collection, clock(), 2 * AT_ONCE)).filter((id) => !underWay.has(id));
		if (stopped) return;
		for (const id of waiting.slice(0, AT_ONCE - underWay.size)) underWay.set(id, sendOne(by, id));
	};

	let isWoken = false;
	/** What this node queued it sends at once; what others left is looked for by whose turn it is. */
	const look = byTurns(
		() => isWoken || isFirst(),
		4,
		() => {
			isWoken = false;
			return caller ? fill(caller) : Promise.resolve();
		},
	);
	const sweep = job(SWEEP_MS, look, onError);
	const wakeUp = (): void => {
		isWoken = true;
		sweep.wake();
	};

	/** Where one process owns the store, whoever held a lease before it was started is gone. */
	const takeOver = async (by: Caller): Promise<void> => {
		const { cause } = byItself(by, "notifications.start", clock());
		for (let held = await underLease(outbox.collection); held.length > 0; held = await underLease(outbox.collection))
			await Promise.all(held.map((id) => outbox.actors.send(id, "interrupt", { at: cause.at }, () => null, cause)));
	};

	return {
		async start(by: Caller): Promise<void> {
			if (outbox.exclusive) await takeOver(by);
			caller = by;
			sweep.start();
		},
		async stop(): Promise<void> {
			stopped = true;
			await sweep.stop();
			await atMost(GRACE_MS, Promise.allSettled(underWay.values()));
		},
		wake: wakeUp,
	};
};
