import type { ServiceBroker } from "moleculer";
import type { Log } from "./runtime";

const LOG_INTERVAL_MS = 5_000;

/** Dependencies of this node's services that no node hosts. */
const missing = ({ services, registry }: ServiceBroker): string[] => {
	const needed = services.flatMap(({ schema }) => (schema.dependencies ?? []) as string | readonly string[]);
	const has = registry.hasService as (name: string) => boolean;
	return [...new Set(needed)].filter((name) => !has.call(registry, name)).sort();
};

/** Runs `start`, and logs missing dependencies every 5 seconds meanwhile: a node that waits for them would otherwise seem to hang. */
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
