import { Connection } from "rabbitmq-client";
import type { CloudEvent } from "@kernel/cloud-event";
import { topologyOf } from "@mixins/events/rabbit/topology";

const PREFETCH = 200;
const RETRY_MS = 200;

/** An event at its position in the broker's order of delivery. */
export type Publication = Pick<CloudEvent, "id" | "source" | "subject" | "sequence">;

export interface EventTap {
	/** All events delivered so far, oldest first. An event may occur more than once. */
	readonly publications: readonly Publication[];
	close(): Promise<void>;
}

/**
 * Records every event that the nodes of a namespace publish. The queue is durable and exists before the first event, so that a crash of the broker, or of this
 * connection, leads to a second delivery and not to a gap.
 */
export const eventTap = async (url: string, namespace: string): Promise<EventTap> => {
	const { exchange } = topologyOf(namespace);
	const queue = `${namespace}.tap`;
	const publications: Publication[] = [];
	const connection = new Connection({ url, retryLow: RETRY_MS, retryHigh: RETRY_MS });
	connection.on("error", () => undefined); // the broker is killed on purpose and the connection is restored
	const consumer = connection.createConsumer(
		{
			queue,
			queueOptions: { durable: true, arguments: { "x-queue-type": "quorum" } },
			exchanges: [exchange],
			queueBindings: [{ exchange: exchange.exchange, routingKey: "#", queue }],
			qos: { prefetchCount: PREFETCH },
			concurrency: 1,
		},
		({ body }) => {
			const { id, source, subject, sequence } = (Buffer.isBuffer(body) ? JSON.parse(body.toString()) : body) as CloudEvent;
			publications.push({ id, source, subject, sequence });
		},
	);
	consumer.on("error", () => undefined);
	await new Promise<void>((ready) => void consumer.once("ready", ready));
	return {
		publications,
		async close() {
			await consumer.close().catch(() => undefined);
			await connection.close().catch(() => undefined);
		},
	};
};
