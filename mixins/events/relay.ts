import type { TObject } from "@sinclair/typebox";
import type { Clock } from "@kernel/clock";
import { rfc3339 } from "@kernel/clock";
import type { EventContract } from "@kernel/contract";
import type { CloudEvent } from "@kernel/envelope";
import type { Handed, Store, Unpublished } from "../store/port";
import type { EventBus } from "./bus";

const BATCH = 500;
const SWEEP_MS = 1_000;
/** Where other nodes commit too: nobody wakes us for theirs. */
const SHARED_SWEEP_MS = 1_000;
/** Each node carries what it commits: what waits for longer was left behind by one that died, or whose bus was away. */
const LEFT_MS = 2_000;
/** How often a node looks whose turn it is not, in sweeps; and for what is how old. */
const OTHERS_SWEEP = 4;
/** Marks gather for so long: a crash costs the repetition of what was published meanwhile. */
const MARK_MS = 250;
const RETRY_MS = 500;
/** Whose turn it is has failed to carry what waits for longer. */
const OVERDUE_MS = 5_000;

type Facts = ReadonlyMap<string, EventContract>;

/** Only what the event's contract declares leaves the journal. */
const publicData = (contract: EventContract, event: Readonly<Record<string, unknown>>): Record<string, unknown> =>
	Object.fromEntries(
		Object.keys((contract.data as TObject).properties).flatMap((key) => (event[key] === undefined ? [] : [[key, event[key]]])),
	);

const envelopes = (facts: Facts, { kind, id, version, meta, events }: Unpublished): CloudEvent[] =>
	events.flatMap((event, index) => {
		const contract = facts.get(event.type);
		if (!contract) return [];
		return {
			specversion: "1.0",
			id: `${kind}:${id}:${version}:${index}`,
			source: `/tianguis/${kind}`,
			type: event.type,
			subject: id,
			time: rfc3339(meta.at),
			datacontenttype: "application/json",
			dataschema: `/schemas/events/${event.type}/v${contract.version}`,
			sequence: version,
			correlationid: meta.correlationId,
			causationid: meta.causationId,
			...(meta.traceparent !== undefined && { traceparent: meta.traceparent }),
			data: publicData(contract, event),
		} as const;
	});

export interface Relay {
	start(): void;
	/** Waits for the batch that is on its way. */
	stop(): Promise<void>;
	/** Resolves when everything that was committed before has been published. */
	settled(): Promise<void>;
	/** Age of the oldest commit that waits, in milliseconds; 0 where none does. */
	lagMs(): number;
}

/**
 * Carries committed events from the journals to the bus, oldest first, and marks them once the bus has them safe. A crash anywhere leads
 * to a second delivery, never to a loss. Woken by each commit; sweeps besides.
 *
 * @param isOurTurn where several nodes share the store, one of them should carry its facts; the others do it where that one does not. That spares
 * repetitions, and nothing rests on it
 */
export const relay = (
	store: Store,
	bus: EventBus,
	contracts: readonly EventContract[],
	clock: Clock,
	onError: (cause: unknown) => void,
	isOurTurn: () => boolean = () => true,
): Relay => {
	const facts: Facts = new Map(contracts.map((contract) => [contract.type, contract]));
	let running: Promise<void> | undefined;
	let again = false;
	let stopped = true;
	let oldest: number | undefined;
	let timer: NodeJS.Timeout | undefined;

	const shared = !store.exclusive;
	let queue: Handed[] = [];
	let published: Unpublished[] = [];
	let marking: NodeJS.Timeout | undefined;
	let sweeps = 0;

	const mark = async (): Promise<void> => {
		clearTimeout(marking);
		marking = undefined;
		const batch = published;
		published = [];
		if (batch.length > 0) await store.markPublished(batch);
	};
	const markSoon = (batch: readonly Unpublished[]): void => {
		published.push(...batch);
		marking ??= setTimeout(() => {
			mark().catch(onError); // they are published again by the next sweep
		}, MARK_MS).unref();
	};
	/** What this process has committed, in its order; before it whatever of the same aggregate another node has left. */
	const carry = async (): Promise<void> => {
		while (queue.length > 0) {
			const handed = queue.splice(0, BATCH);
			const before = await Promise.all(handed.map(({ commit, follows }) => (follows ? [] : store.waitingBefore!(commit))));
			const batch = handed.flatMap(({ commit }, index) => [...before[index]!, commit]);
			await bus.publish(batch.flatMap((commit) => envelopes(facts, commit)));
			markSoon(batch);
		}
	};
	const drain = async (): Promise<void> => {
		await carry();
		if (shared && !sweepIsDue) return;
		sweepIsDue = false;
		const mine = isOurTurn();
		if (shared && !mine && ++sweeps % OTHERS_SWEEP !== 0) return;
		do {
			again = false;
			const batch = await store.unpublished(BATCH, shared ? (mine ? LEFT_MS : OVERDUE_MS) : undefined);
			oldest = batch[0]?.meta.at;
			if (oldest === undefined) return;
			await bus.publish(batch.flatMap((commit) => envelopes(facts, commit)));
			await store.markPublished(batch);
			await carry();
			again ||= batch.length === BATCH;
		} while (again && !stopped);
	};
	let sweepIsDue = false;

	const wake = (): void => {
		again = true;
		if (stopped || running) return;
		running = drain()
			.catch((cause: unknown) => {
				// What was to be carried stays in the journals, and nothing later of the same aggregates may pass it.
				queue = [];
				store.doubt?.();
				onError(cause);
				if (!stopped) setTimeout(sweep, RETRY_MS).unref();
			})
			.finally(() => {
				running = undefined;
				if ((again || queue.length > 0) && !stopped) setImmediate(wake);
			});
		again = false;
	};
	const sweep = (): void => {
		sweepIsDue = true;
		wake();
	};

	store.onCommit((handed) => {
		if (handed && shared) {
			if (stopped) {
				store.doubt?.();
				return;
			}
			queue.push(...handed);
		}
		wake();
	});

	return {
		start() {
			stopped = false;
			timer = setInterval(sweep, store.exclusive ? SWEEP_MS : SHARED_SWEEP_MS).unref();
			sweep();
		},
		async stop() {
			stopped = true;
			clearInterval(timer);
			await running;
			await mark().catch(onError);
		},
		async settled() {
			while (!stopped && (running ?? (await store.unpublished(1)).length > 0)) {
				sweep();
				await running;
				await mark();
			}
		},
		lagMs: () => (oldest === undefined ? 0 : Math.max(0, clock() - oldest)),
	};
};
