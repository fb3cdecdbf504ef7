import type { MetricRegistry, ServiceBroker } from "moleculer";
import type { Metrics } from "@mixins/observability/metrics";
import { dropDepartedNodes } from "./departed-nodes";
import { instruments, type Instrumented } from "./instruments";
import { processMetrics } from "./process";
import { polledGauges, type PollTargets } from "./polled-gauges";

/** What is measured in this process. */
export interface AppMetrics extends Metrics {
	/** Shows it, now and from now on, among the metrics of a broker. Does nothing where the broker has none. */
	showIn(registry: Pick<MetricRegistry, "register">): void;
}

const register = (registry: Pick<MetricRegistry, "register">, { type, about, snapshot }: Instrumented): void => {
	const { name, help, labels } = about;
	const metric = registry.register({ type, name, description: help, ...(labels && { labelNames: [...labels] }) } as never) as
		object | null;
	// Its own values stay empty: ours cost less to change.
	if (metric) Object.assign(metric, { snapshot });
};

export const appMetrics = (): AppMetrics => {
	const all: Instrumented[] = [];
	const shown: Pick<MetricRegistry, "register">[] = [];
	return {
		...instruments((instrument) => {
			all.push(instrument);
			for (const registry of shown) register(registry, instrument);
		}),
		showIn(registry) {
			shown.push(registry);
			for (const instrument of all) register(registry, instrument);
		},
	};
};

/** All that a program measures beside what its parts count, shown among the metrics of its broker. */
export const startObserving = (
	broker: ServiceBroker,
	watched: PollTargets,
	metrics: AppMetrics,
	onError: (cause: unknown) => void,
): { readonly start: () => void; readonly stop: () => Promise<void> } => {
	if (!broker.isMetricsEnabled()) return { start: () => undefined, stop: () => Promise.resolve() };
	metrics.showIn(broker.metrics);
	dropDepartedNodes(broker);
	const own = processMetrics(metrics, broker.nodeID);
	const watching = polledGauges(watched, metrics, onError);
	return {
		start: watching.start,
		async stop() {
			own.stop();
			await watching.stop();
		},
	};
};
