import type { Middleware, ServiceBroker } from "moleculer";

/** Set at every call, several times, and read by nobody: how many calls run at once is seen from their count and times. */
const UNREAD = [
	"moleculer.request.active",
	"moleculer.request.levels",
	"moleculer.request.bulkhead.inflight",
	"moleculer.request.bulkhead.queue.size",
];
const TIMES = ["moleculer.request.time", "moleculer.event.received.time"];

/** What is changed of Moleculer's own metrics: its types do not tell of it. */
interface Metric {
	increment?: () => void;
	decrement?: () => void;
	set?: () => void;
	quantiles?: readonly number[] | undefined;
}

const nothing = (): void => undefined;

/**
 * Keeps Moleculer's metrics to what is worth its price: counts, errors and histograms of times. Its quantiles keep each single time of the last
 * minute in memory, which is most of what a busy shop holds; Prometheus makes them from the buckets.
 */
export const trimMoleculerMetrics: Middleware = {
	name: "LeanMetrics",
	async starting(broker: ServiceBroker) {
		const { store } = broker.metrics as unknown as { readonly store: ReadonlyMap<string, Metric> };
		for (const name of UNREAD) Object.assign(store.get(name) ?? {}, { increment: nothing, decrement: nothing, set: nothing });
		for (const name of TIMES) Object.assign(store.get(name) ?? {}, { quantiles: undefined });
	},
};
