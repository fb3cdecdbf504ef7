import type { ServiceBroker } from "moleculer";

/** What a broker keeps of its middlewares, as far as it is used here; the types make it private. */
interface Middlewares {
	add(middleware: { readonly name: string; stopping(): Promise<void> }): void;
}

/**
 * Runs `end` in the middle of `broker.stop()`: others have been told that this node leaves and have had time to look elsewhere, and its services
 * still answer. What ends then may still call them, and other nodes.
 */
export const onBrokerStopping = (broker: ServiceBroker, end: () => Promise<void>): void => {
	(broker as unknown as { middlewares: Middlewares }).middlewares.add({ name: "Leaving", stopping: end });
};
