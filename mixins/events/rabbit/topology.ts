import type { Connection } from "rabbitmq-client";

/** A consumer of the cluster, whether this node hosts it or not. Its queue is declared before the first event is published. */
export interface Consumer {
	readonly name: string;
	readonly event: { readonly type: string };
}

type Props = NonNullable<Parameters<Connection["createPublisher"]>[0]>;
type Queue = NonNullable<Props["queues"]>[number];
type Exchange = NonNullable<Props["exchanges"]>[number];
type Binding = NonNullable<Props["queueBindings"]>[number];

/** Maximum number of deliveries without an acknowledgement, for example after crashes. Then the event moves to the dead-letter queue. */
const DELIVERY_LIMIT = 20;

/** All names begin with the cluster's namespace, so that several clusters can share a RabbitMQ server. */
export interface Topology {
	readonly exchange: Exchange;
	readonly deadLetterExchange: Exchange;
	/** Receives the events that exceeded the delivery limit. */
	readonly deadLetterQueue: Queue & { readonly queue: string };
	readonly deadLetterBinding: Binding;
	queueOf(consumer: string): Queue & { readonly queue: string };
	bindingOf(consumer: Consumer): Binding;
	/** @returns the name of the consumer that owns the queue */
	consumerOf(queue: string): string;
}

/**
 * A topic exchange with the event type as routing key, and a quorum queue for each consumer. Only one node at a time receives the events of a
 * consumer; if it leaves, another one takes over. This preserves the order (docs/adr/0016).
 */
export const topologyOf = (namespace: string): Topology => {
	const exchange = `${namespace}.events`;
	const graves = `${exchange}.dead`;
	const start = `${namespace}.`;
	return {
		exchange: { exchange, type: "topic", durable: true },
		deadLetterExchange: { exchange: graves, type: "fanout", durable: true },
		deadLetterQueue: { queue: graves, durable: true, arguments: { "x-queue-type": "quorum" } },
		deadLetterBinding: { exchange: graves, queue: graves, routingKey: "" },
		queueOf: (consumer) => ({
			queue: start + consumer,
			durable: true,
			arguments: {
				"x-queue-type": "quorum",
				"x-single-active-consumer": true,
				"x-delivery-limit": DELIVERY_LIMIT,
				"x-dead-letter-exchange": graves,
				"x-dead-letter-strategy": "at-least-once",
				"x-overflow": "reject-publish", // required by the at-least-once strategy
			},
		}),
		bindingOf: ({ name, event }) => ({ exchange, queue: start + name, routingKey: event.type }),
		consumerOf: (queue) => (queue.startsWith(start) ? queue.slice(start.length) : queue),
	};
};
