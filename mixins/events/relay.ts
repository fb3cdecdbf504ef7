import type { TObject } from "@sinclair/typebox";
import type { Clock } from "@kernel/clock";
import { rfc3339 } from "@kernel/clock";
import type { EventContract } from "@kernel/contract";
import type { CloudEvent } from "@kernel/envelope";
import type { Store, Unpublished } from "../store/port";
import type { EventBus } from "./bus";

const BATCH = 500;
const SWEEP_MS = 1_000;
/** Where other nodes commit too: nobody wakes us for theirs. */
const SHARED_SWEEP_MS = 200;
const RETRY_MS = 500;
/** Whose turn it is has failed to carry what waits for longer. */
const OVERDUE_MS = 3_000;

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

	const drain = async (): Promise<void> => {
		do {
			again = false;
			const batch = await store.unpublished(BATCH);
			oldest = batch[0]?.meta.at;
			if (oldest === undefined || (clock() - oldest < OVERDUE_MS && !isOurTurn())) return;
			await bus.publish(batch.flatMap((commit) => envelopes(facts, commit)));
			await store.markPublished(batch);
			again ||= batch.length > 0;
		} while (again && !stopped);
	};

	const wake = (): void => {
		again = true;
		if (stopped || running) return;
		running = drain()
			.catch((cause: unknown) => {
				onError(cause);
				if (!stopped) setTimeout(wake, RETRY_MS).unref();
			})
			.finally(() => {
				running = undefined;
				if (again && !stopped) setImmediate(wake);
			});
	};

	store.onCommit(() => {
		if (isOurTurn()) wake();
	});

	return {
		start() {
			stopped = false;
			timer = setInterval(wake, store.exclusive ? SWEEP_MS : SHARED_SWEEP_MS).unref();
			wake();
		},
		async stop() {
			stopped = true;
			clearInterval(timer);
			await running;
		},
		async settled() {
			while (!stopped && (running ?? (await store.unpublished(1)).length > 0)) {
				wake();
				await running;
			}
		},
		lagMs: () => (oldest === undefined ? 0 : Math.max(0, clock() - oldest)),
	};
};
