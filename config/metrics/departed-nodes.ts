import type { ServiceBroker } from "moleculer";

interface Held {
	readonly type: string;
	readonly labelNames: readonly string[];
	readonly values: Map<string, { readonly labels: Readonly<Record<string, unknown>> }>;
	setDirty(): void;
}

/** Removes the metrics of a departed node. Otherwise its open circuit breaker would be reported forever. */
export const dropDepartedNodes = ({ localBus, metrics }: Pick<ServiceBroker, "localBus" | "metrics">): void => {
	localBus.on("$node.disconnected", ({ node }: { readonly node: { readonly id: string } }) => {
		for (const metric of metrics.store.values() as unknown as Iterable<Held>) {
			if (metric.type !== "gauge" || !metric.labelNames.includes("affectedNodeID")) continue;
			for (const [key, { labels }] of metric.values) if (labels["affectedNodeID"] === node.id) metric.values.delete(key);
			metric.setDirty();
		}
	});
};
