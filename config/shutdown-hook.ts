import type { ServiceBroker } from "moleculer";

/** The broker's middleware handler, which the types declare private. */
interface Middlewares {
	add(middleware: { readonly name: string; stopping(): Promise<void> }): void;
}

/**
 * Runs `end` during `broker.stop()`: after other nodes were notified and have stopped sending calls here, and before the services stop. `end` may
 * therefore still call local services and other nodes.
 */
export const onBrokerStopping = (broker: ServiceBroker, end: () => Promise<void>): void => {
	(broker as unknown as { middlewares: Middlewares }).middlewares.add({ name: "Leaving", stopping: end });
};
