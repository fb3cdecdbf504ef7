import type { ServiceBroker } from "moleculer";
import type { Log } from "./runtime";

const LOG_INTERVAL_MS = 5_000;

/** Services that those of this node need, and nobody hosts. */
const missing = ({ services, registry }: ServiceBroker): string[] => {
	const needed = services.flatMap(({ schema }) => (schema.dependencies ?? []) as string | readonly string[]);
	const has = registry.hasService as (name: string) => boolean;
	return [...new Set(needed)].filter((name) => !has.call(registry, name)).sort();
};

/** A node that needs what no other hosts yet waits for it. Says so now and then, since from outside it looks as if it hung. */
export const logMissingDependencies = async (broker: ServiceBroker, log: Log, start: () => Promise<void>): Promise<void> => {
	const timer = setInterval(() => {
		const services = missing(broker);
		if (services.length > 0) log.warn("waiting for services that no node hosts yet", { services });
	}, LOG_INTERVAL_MS).unref();
	try {
		await start();
	} finally {
		clearInterval(timer);
	}
};
