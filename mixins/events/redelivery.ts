import type { Clock } from "@kernel/clock";
import type { EventContract } from "@kernel/contract";
import type { CloudEvent, CommitMeta } from "@kernel/cloud-event";
import { isRejection } from "@kernel/rejection";
import { Actors } from "../actors/actor";
import { byTurns, periodicJob } from "../async/periodic-job";
import type { Document, Store } from "../store/port";
import type { DeadLetter, DeadLetters, Subscription } from "./event-bus";
import { deliveryKind, delivery, orderingKey, type Delivery } from "./delivery";
import { forEachConcurrent } from "../async/for-each-concurrent";
import { keyedQueue } from "../async/keyed-queue";
import { TimeoutError, withTimeout } from "../async/timeout";

const HANDLER_TIMEOUT_MS = 10_000;
/** Lifetime of a claim. A node that has not finished by then is presumed dead. */
const CLAIM_MS = HANDLER_TIMEOUT_MS + 5_000;
const POLL_INTERVAL_MS = 200;
/** Poll interval in a shared store. It is longer because only a query shows whether a delivery is due. */
const SHARED_POLL_INTERVAL_MS = 1_000;
/**
 * A process that stored a delivery within this time polls at every interval.
 * Among the others, the first process polls at every 5th interval and the rest at every 20th.
 */
const LATELY_MS = 15 * 60_000;
const FIRST_LOOKS = 5;
const OTHERS_LOOK = 4;
const MAX_CONCURRENCY = 32;
const PAGE = 500;

type AnySubscription = Subscription<EventContract>;
export type OnDeliveryError = (cause: unknown, about: { readonly consumer: string; readonly event: CloudEvent }) => void;

/** Delivers events to consumers, stores failed deliveries and retries them. Both buses use it. */
export interface Redelivery extends DeadLetters {
	subscribe(subscription: AnySubscription): void;
	consumersOf(type: string): readonly AnySubscription[];

	/**
	 * Delivers an event to a consumer, after the earlier events of its subject. Resolves when it was handled or is stored for a retry.
	 *
	 * @throws if the delivery could not be stored
	 */
	deliver(subscription: AnySubscription, event: CloudEvent): Promise<void>;

	/** Stores an event as a dead letter without a retry, because its consumers crash on it. */
	park(consumer: string, event: CloudEvent, error: string): Promise<void>;

	/** Number of deliveries that wait for a retry, by consumer. Zero in a shared store, where this process does not track them. */
	waiting(): ReadonlyMap<string, number>;
	start(): Promise<void>;
	/** Waits for the deliveries in progress. */
	stop(): Promise<void>;
}

const runHandler = (subscription: AnySubscription, event: CloudEvent): Promise<void> =>
	withTimeout(subscription.handle(event), HANDLER_TIMEOUT_MS, {
		onTimeout: () => {
			throw new TimeoutError(`event handler timed out after ${HANDLER_TIMEOUT_MS} ms`);
		},
	});

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause)).slice(0, 500);

/**
 * Stores failed deliveries. The first node that hosts the consumer and claims a due delivery retries it. Delays grow; after the last attempt the
 * delivery becomes a dead letter. An event waits behind undelivered earlier events of its subject, which preserves the order within an aggregate.
 *
 * @param isFirst whether this process should poll for the deliveries that other processes stored
 */
export const redelivery = (store: Store, clock: Clock, onError: OnDeliveryError, isFirst: () => boolean = () => true): Redelivery => {
	const collection = store.collection(deliveryKind);
	const actors = new Actors(delivery, collection, { exclusive: store.exclusive });
	const consumers = new Map<string, AnySubscription[]>();
	const turns = keyedQueue();
	/** Ids of waiting deliveries by ordering key. Only used if this process owns the store; a shared store is queried instead. */
	const pendingByKey = new Map<string, Set<string>>();

	const cause = (event: CloudEvent): CommitMeta => ({
		at: clock(),
		actor: "bus",
		correlationId: event.correlationid,
		causationId: event.id,
	});
	const idOf = (consumer: string, event: CloudEvent): string => `${consumer}|${event.id}`;
	const named = (name: string) => [...consumers.values()].flat().find((subscription) => subscription.name === name);
	let keptAt = -Infinity;
	const opened = (key: string, id: string): void => {
		keptAt = performance.now();
		if (store.exclusive) pendingByKey.set(key, (pendingByKey.get(key) ?? new Set()).add(id));
	};
	const closed = (key: string, id: string): void => {
		const ids = pendingByKey.get(key);
		if (ids?.delete(id) && ids.size === 0) pendingByKey.delete(key);
	};
	const isBlocked = async (key: string): Promise<boolean> =>
		store.exclusive ? pendingByKey.has(key) : (await collection.find({ where: { key }, limit: 1 })).length > 0;

	const queue = async (consumer: string, event: CloudEvent): Promise<void> => {
		const id = idOf(consumer, event);
		opened(orderingKey(consumer, event), id);
		const isWaiting = await actors.send(
			id,
			"queue",
			{ consumer, event, at: clock() },
			({ status }) => status === "waiting",
			cause(event),
		);
		if (!isWaiting) closed(orderingKey(consumer, event), id);
	};
	/** @returns whether the delivery will be retried */
	const failed = async (consumer: string, event: CloudEvent, error: unknown): Promise<boolean> => {
		onError(error, { consumer, event });
		const [key, id] = [orderingKey(consumer, event), idOf(consumer, event)];
		opened(key, id);
		const command = { consumer, event, error: messageOf(error), at: clock() };
		const isWaiting = await actors.send(id, "fail", command, ({ status }) => status === "waiting", cause(event));
		if (!isWaiting) closed(key, id);
		return isWaiting;
	};

	/** Retries the first delivery of a key if it is due. @returns whether the next one of the key may be tried */
	const retry = async (subscription: AnySubscription, { id, state }: Document<Delivery>): Promise<boolean> => {
		const { name } = subscription;
		const event = state.event!;
		const at = clock();
		if (state.dueAt > at) return false;
		const claimed = await actors.send(id, "claim", { at, until: at + CLAIM_MS }, () => true, cause(event));
		if (isRejection(claimed)) return false; // another node claimed it
		try {
			await runHandler(subscription, event);
		} catch (error) {
			return !(await failed(name, event, error));
		}
		await actors.send(id, "succeed", {}, () => null, cause(event));
		closed(orderingKey(name, event), id);
		return true;
	};
	const retryAll = (key: string, subscription: AnySubscription): Promise<void> =>
		turns.run(key, async () => {
			for (;;) {
				const [head] = await collection.find({ where: { key }, orderBy: { field: "place" }, limit: 1 });
				if (!head || !(await retry(subscription, head))) return;
			}
		});

	/** Each poll reads one page of due deliveries and the next poll continues after it. A subject with many events cannot starve the others. */
	let position: { readonly value: number; readonly id: string } | undefined;
	const pollDueDeliveries = async (): Promise<void> => {
		const names = [...consumers.values()].flat().map(({ name }) => name);
		if (names.length === 0 || (store.exclusive && pendingByKey.size === 0)) return;
		const due = await collection.find({
			where: { consumer: names, due: { before: clock() + 1 } },
			orderBy: { field: "due" },
			limit: PAGE,
			...(position && { after: position }),
		});
		const last = due.length === PAGE ? due.at(-1) : undefined;
		position = last && { value: last.state.dueAt, id: last.id };
		const keys = new Map(due.map(({ state }) => [orderingKey(state.consumer, state.event!), named(state.consumer)!]));
		await forEachConcurrent(
			[...keys],
			MAX_CONCURRENCY,
			([key, subscription]) => retryAll(key, subscription).catch(failedToLook),
			() => stopped,
		);
	};
	const failedToLook = (error: unknown): void => {
		onError(error, { consumer: "bus", event: NO_EVENT });
	};
	const hasKept = (): boolean => performance.now() - keptAt < LATELY_MS;
	const pollJob = store.exclusive
		? periodicJob(POLL_INTERVAL_MS, pollDueDeliveries, failedToLook)
		: periodicJob(
				SHARED_POLL_INTERVAL_MS,
				byTurns(
					hasKept,
					FIRST_LOOKS,
					byTurns(() => hasKept() || isFirst(), OTHERS_LOOK, pollDueDeliveries),
				),
				failedToLook,
			);
	let stopped = true;

	const toLetter = (id: string, { consumer, event, attempts, firstFailedAt, lastError }: Delivery): DeadLetter => ({
		id,
		consumer,
		event: event!,
		attempts,
		firstFailedAt,
		lastError,
	});

	return {
		subscribe(subscription) {
			const { type } = subscription.event;
			consumers.set(type, [...(consumers.get(type) ?? []), subscription]);
		},
		consumersOf: (type) => consumers.get(type) ?? [],

		deliver(subscription, event) {
			const { name } = subscription;
			const key = orderingKey(name, event);
			if (pendingByKey.has(key)) return queue(name, event); // without waiting for the retry of the earlier events
			return turns.run(key, async () => {
				if (await isBlocked(key)) return queue(name, event);
				try {
					await runHandler(subscription, event);
				} catch (error) {
					await failed(name, event, error);
				}
			});
		},

		async park(consumer, event, error) {
			await actors.send(idOf(consumer, event), "park", { consumer, event, error, at: clock() }, () => null, cause(event));
		},

		waiting: () =>
			new Map(
				[...consumers.values()]
					.flat()
					.map(({ name }) => [
						name,
						[...pendingByKey].reduce((sum, [key, ids]) => (key.startsWith(`${name} `) ? sum + ids.size : sum), 0),
					]),
			),

		async start() {
			stopped = false;
			for (let after: { value: number; id: string } | undefined; store.exclusive;) {
				const page = await collection.find({ orderBy: { field: "due" }, limit: PAGE, ...(after && { after }) });
				for (const { id, state } of page) {
					if (named(state.consumer)) opened(orderingKey(state.consumer, state.event!), id);
					after = { value: state.dueAt, id };
				}
				if (page.length < PAGE) break;
			}
			pollJob.start();
		},

		async stop() {
			stopped = true;
			await pollJob.stop();
			await turns.idle();
		},

		async listDeadLetters(limit, after) {
			const page = await collection.find({
				orderBy: { field: "dead", descending: true },
				limit,
				...(after && { after: { value: after.firstFailedAt, id: after.id } }),
			});
			return page.map(({ id, state }) => toLetter(id, state));
		},

		countDeadLetters: () => collection.count({ dead: { from: 0 } }),

		async replayDeadLetter(id) {
			const letter = await actors.read(id, ({ consumer, event, status }) => ({ consumer, event, status }));
			if (!letter?.event || letter.status !== "dead") return false;
			if (store.exclusive && !named(letter.consumer)) return false; // no other process could retry it
			const outcome = await actors.send(id, "replay", { at: clock() }, () => true, cause(letter.event));
			if (isRejection(outcome)) return false;
			opened(orderingKey(letter.consumer, letter.event), id);
			pollJob.wake();
			return true;
		},
	};
};

const NO_EVENT: CloudEvent = {
	specversion: "1.0",
	id: "",
	source: "/tianguis/bus",
	type: "",
	subject: "",
	time: "",
	datacontenttype: "application/json",
	dataschema: "",
	sequence: 0,
	correlationid: "",
	causationid: "",
	data: {},
};
