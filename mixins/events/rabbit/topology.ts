import type { Connection } from "rabbitmq-client";

/** A consumer that a shop has, whether this node hosts it or not: its queue is there before the first event is. */
export interface Consumer {
	readonly name: string;
	readonly event: { readonly type: string };
}

type Props = NonNullable<Parameters<Connection["createPublisher"]>[0]>;
type Queue = NonNullable<Props["queues"]>[number];
type Exchange = NonNullable<Props["exchanges"]>[number];
type Binding = NonNullable<Props["queueBindings"]>[number];

/** Deliveries that end without an answer, because the process dies over them, before an event is taken out of its consumer's way. */
const DELIVERY_LIMIT = 20;

/** All names begin with the cluster's: others on the same server do not meet it. */
export interface Topology {
	readonly exchange: Exchange;
	readonly deadLetterExchange: Exchange;
	/** Where an event goes that exceeded the delivery limit. */
	readonly deadLetterQueue: Queue & { readonly queue: string };
	readonly deadLetterBinding: Binding;
	queueOf(consumer: string): Queue & { readonly queue: string };
	bindingOf(consumer: Consumer): Binding;
	/** Whose queue it is. */
	consumerOf(queue: string): string;
}

/**
 * A topic exchange, keyed by the events' types, and a quorum queue for each consumer. Of the nodes that host a consumer one takes its events, the next one
 * when that is gone: so they are taken in order (docs/adr/0016).
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
				"x-overflow": "reject-publish", // which that strategy needs
			},
		}),
		bindingOf: ({ name, event }) => ({ exchange, queue: start + name, routingKey: event.type }),
		consumerOf: (queue) => (queue.startsWith(start) ? queue.slice(start.length) : queue),
	};
};
