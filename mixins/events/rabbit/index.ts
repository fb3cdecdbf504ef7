import { setImmediate, setTimeout as pause } from "node:timers/promises";
import { Connection, ConsumerStatus, type AsyncMessage, type Consumer as Consuming, type Publisher } from "rabbitmq-client";
import type { Clock } from "@kernel/clock";
import type { EventContract } from "@kernel/contract";
import type { CloudEvent } from "@kernel/cloud-event";
import { settleWithin } from "../../async/timeout";
import type { Store } from "../../store/port";
import type { DeadLetters, EventBus, Subscription } from "../event-bus";
import { redelivery, type OnDeliveryError } from "../redelivery";
import { topologyOf, type Consumer } from "./topology";

/** Maximum number of unacknowledged events of one consumer in this process. */
const PREFETCH = 64;
const HEARTBEAT_SECONDS = 10;
const CONNECT_MS = 5_000;
/** Maximum time that a publication waits for a connection. After that it fails and the relay retries it. */
const ACQUIRE_MS = 3_000;
const FIRST_RETRY_MS = 200;
const MAX_RETRY_MS = 2_000;
const STOP_MS = 12_000;
/** First and longest pause before a retry while the store is unavailable. */
const STORE_RETRY_MS = 250;
const STORE_MAX_RETRY_MS = 5_000;

export interface RabbitOptions {
	readonly url: string;
	/** Prefix of all exchanges and queues. */
	readonly namespace: string;
	/** Name of the connection in RabbitMQ's management interface. */
	readonly connectionName?: string;
	/** All consumers of the cluster, including those that other nodes host. */
	readonly consumers: readonly Consumer[];
	/** Stores the failed deliveries. */
	readonly store: Store;
	readonly clock: Clock;
	/** Whether this process should poll for the deliveries that other processes stored. Default: true. */
	readonly isFirst?: () => boolean;
	readonly onError: OnDeliveryError;
	/** Called when the connection is lost or RabbitMQ reports an error. */
	readonly onTrouble: (cause: unknown) => void;
}

/** RabbitMQ returned an event that has a known consumer, because no queue is bound to its type. */
class UnroutableEventError extends Error {}

/** @param mandatory whether RabbitMQ returns the event if no queue is bound to its type */
const messageOf = (event: CloudEvent, exchange: string, mandatory: boolean) => ({
	exchange,
	routingKey: event.type,
	durable: true,
	mandatory,
	messageId: event.id,
	contentType: "application/json",
});

/**
 * The bus of a cluster. A confirmed event is persistent in a quorum queue for each of its consumers. A consumer acknowledges an event after its own
 * commit, or after the failed delivery is stored (mixins/events/redelivery). While RabbitMQ is unavailable, unpublished events stay in the journals.
 */
export const rabbitBus = ({
	url,
	namespace,
	connectionName,
	consumers,
	store,
	clock,
	isFirst,
	onError,
	onTrouble,
}: RabbitOptions): EventBus & DeadLetters => {
	const { subscribe, deliver, park, waiting, consumersOf, ...kept } = redelivery(store, clock, onError, isFirst);
	const topology = topologyOf(namespace);
	const exchange = topology.exchange.exchange;
	const knownConsumers = new Map<string, Consumer>(consumers.map((consumer) => [consumer.name, consumer]));
	const awaitedTypes = new Set(consumers.map(({ event }) => event.type));
	const localSubscriptions: Subscription<EventContract>[] = [];
	const activeConsumers: Consuming[] = [];
	/** Ids of events that RabbitMQ returned because no queue is bound to their type. */
	const returned = new Set<string>();
	let connection: Connection | undefined;
	let publisher: Publisher | undefined;
	const stopping = new AbortController();

	const connected = (): Connection => {
		connection ??= new Connection({
			url,
			heartbeat: HEARTBEAT_SECONDS,
			noDelay: true,
			connectionTimeout: CONNECT_MS,
			acquireTimeout: ACQUIRE_MS,
			retryLow: FIRST_RETRY_MS,
			retryHigh: MAX_RETRY_MS,
			...(connectionName !== undefined && { connectionName }),
		}).on("error", onTrouble);
		return connection;
	};

	/** The client declares the exchanges, queues and bindings again on each new connection. */
	const publishing = (): Publisher => {
		if (publisher) return publisher;
		const all = [...knownConsumers.values()];
		publisher = connected().createPublisher({
			confirm: true,
			exchanges: [topology.exchange, topology.deadLetterExchange],
			queues: [topology.deadLetterQueue, ...all.map(({ name }) => topology.queueOf(name))],
			queueBindings: [topology.deadLetterBinding, ...all.map(topology.bindingOf)],
		});
		publisher.on("basic.return", ({ messageId }) => {
			if (messageId !== undefined) returned.add(messageId);
		});
		return publisher;
	};

	const isAwaited = ({ type }: CloudEvent): boolean => awaitedTypes.has(type);

	/**
	 * Sends the events of one subject one after the other, so that none overtakes an earlier event whose publication failed. An event without a
	 * known consumer is sent as well: a newer node may host one.
	 */
	const send = async (sender: Publisher, events: readonly CloudEvent[]): Promise<void> => {
		for (const event of events) {
			await sender.send(messageOf(event, exchange, isAwaited(event)), event);
			if (!isAwaited(event)) continue;
			await setImmediate(); // a return is reported one event-loop turn after the confirmation
			if (returned.delete(event.id)) throw new UnroutableEventError(`there is no queue for ${event.type}`);
		}
	};

	/** @throws if an event was not confirmed: the relay then publishes all of them again */
	const publish = async (events: readonly CloudEvent[]): Promise<void> => {
		const sender = publishing();
		const bySubject = Map.groupBy(events, ({ subject }) => subject);
		const outcomes = await Promise.allSettled(bySubject.values().map((some) => send(sender, some)));
		const causes = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
		if (causes.length === 0) return;
		if (causes.some((cause) => cause instanceof UnroutableEventError) && publisher === sender) {
			publisher = undefined; // the next publisher declares the queues again
			await sender.close();
		}
		throw causes[0];
	};

	/** Retries until the event is handled or stored. While the store is unavailable, the event and those behind it stay unacknowledged. */
	const handleMessage = async (subscription: Subscription<EventContract>, event: CloudEvent): Promise<ConsumerStatus> => {
		for (let ms = STORE_RETRY_MS; ; ms = Math.min(2 * ms, STORE_MAX_RETRY_MS)) {
			try {
				await deliver(subscription, event);
				return ConsumerStatus.ACK;
			} catch (cause) {
				onError(cause, { consumer: subscription.name, event });
			}
			if (stopping.signal.aborted) return ConsumerStatus.REQUEUE;
			await pause(ms, undefined, { signal: stopping.signal }).catch(() => undefined); // `stop` ended the pause: one last attempt follows
		}
	};

	const consume = (subscription: Subscription<EventContract>): void => {
		const queue = topology.queueOf(subscription.name);
		const consumer = connected().createConsumer(
			{
				queue: queue.queue,
				queueOptions: queue,
				exchanges: [topology.exchange, topology.deadLetterExchange],
				queueBindings: [topology.bindingOf(subscription)],
				qos: { prefetchCount: PREFETCH },
				concurrency: PREFETCH,
			},
			({ body }: AsyncMessage) => handleMessage(subscription, body as CloudEvent),
		);
		consumer.on("error", onTrouble); // the client recreates the consumer
		activeConsumers.push(consumer);
	};

	/** Stores events that exceeded the delivery limit as dead letters: their consumers crashed or never acknowledged them. */
	const consumeDeadLetters = (): void => {
		const consumer = connected().createConsumer(
			{
				queue: topology.deadLetterQueue.queue,
				queueOptions: topology.deadLetterQueue,
				exchanges: [topology.deadLetterExchange],
				queueBindings: [topology.deadLetterBinding],
				qos: { prefetchCount: 1 },
			},
			async ({ body, headers }: AsyncMessage) => {
				const queue = (headers as { "x-first-death-queue"?: string } | undefined)?.["x-first-death-queue"] ?? "";
				await park(topology.consumerOf(queue), body as CloudEvent, "delivery limit exceeded without an acknowledgement");
				return ConsumerStatus.ACK;
			},
		);
		consumer.on("error", onTrouble);
		activeConsumers.push(consumer);
	};

	let started = false;
	return {
		...kept,

		subscribe(subscription) {
			subscribe(subscription);
			knownConsumers.set(subscription.name, subscription);
			awaitedTypes.add(subscription.event.type);
			localSubscriptions.push(subscription);
			if (started) consume(subscription);
			return Promise.resolve();
		},

		publish,

		async depths() {
			const depths = await Promise.all(
				localSubscriptions.map(async ({ name }) => {
					const found = await connected()
						.queueDeclare({ queue: topology.queueOf(name).queue, passive: true })
						.catch((cause: unknown) => {
							if ((cause as { code?: unknown }).code !== "NOT_FOUND") throw cause;
							return { messageCount: 0 }; // the queue is not declared yet
						});
					return [name, found.messageCount] as const;
				}),
			);
			return new Map(depths);
		},

		async start() {
			await kept.start();
			started = true;
			localSubscriptions.forEach(consume);
			consumeDeadLetters();
		},

		async stop() {
			stopping.abort();
			const end = async (): Promise<void> => {
				await Promise.allSettled(activeConsumers.map((consumer) => consumer.close()));
				await kept.stop();
				await publisher?.close();
				await connection?.close();
			};
			await settleWithin(STOP_MS, end().catch(onTrouble));
			connection?.unsafeDestroy();
		},
	};
};
