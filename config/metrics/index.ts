import type { MetricRegistry, ServiceBroker } from "moleculer";
import type { Metrics } from "@mixins/observability/metrics";
import { dropDepartedNodes } from "./departed-nodes";
import { instruments, type Instrumented } from "./instruments";
import { processMetrics } from "./process";
import { polledGauges, type PollTargets } from "./polled-gauges";

/** The metrics of this process. */
export interface AppMetrics extends Metrics {
	/** Adds all current and future instruments to the metrics registry of a broker. */
	showIn(registry: Pick<MetricRegistry, "register">): void;
}

const register = (registry: Pick<MetricRegistry, "register">, { type, about, snapshot }: Instrumented): void => {
	const { name, help, labels } = about;
	const metric = registry.register({ type, name, description: help, ...(labels && { labelNames: [...labels] }) } as never) as
		object | null;
	// The values of Moleculer's metric stay empty: the instrument's own are cheaper to update.
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

/** Starts the process metrics and the polled gauges, and adds all metrics to the broker's registry. */
export const startObserving = (
	broker: ServiceBroker,
	targets: PollTargets,
	metrics: AppMetrics,
	onError: (cause: unknown) => void,
): { readonly start: () => void; readonly stop: () => Promise<void> } => {
	if (!broker.isMetricsEnabled()) return { start: () => undefined, stop: () => Promise.resolve() };
	metrics.showIn(broker.metrics);
	dropDepartedNodes(broker);
	const ownProcess = processMetrics(metrics, broker.nodeID);
	const polling = polledGauges(targets, metrics, onError);
	return {
		start: polling.start,
		async stop() {
			ownProcess.stop();
			await polling.stop();
		},
	};
};
