import type { Middleware, ServiceBroker } from "moleculer";

/** Metrics that are updated several times per call and never read. Concurrency follows from the count and duration of calls. */
const UNREAD = [
	"moleculer.request.active",
	"moleculer.request.levels",
	"moleculer.request.bulkhead.inflight",
	"moleculer.request.bulkhead.queue.size",
];
const TIMES = ["moleculer.request.time", "moleculer.event.received.time"];

/** The members of Moleculer's metrics that are replaced; its types do not declare them. */
interface Metric {
	increment?: () => void;
	decrement?: () => void;
	set?: () => void;
	quantiles?: readonly number[] | undefined;
}

const nothing = (): void => undefined;

/**
 * Reduces Moleculer's metrics to counts, errors and duration histograms. Its quantiles keep every duration of the last minute in memory, most of the
 * memory of a busy process; Prometheus derives quantiles from the buckets.
 */
export const trimMoleculerMetrics: Middleware = {
	name: "LeanMetrics",
	async starting(broker: ServiceBroker) {
		const { store } = broker.metrics as unknown as { readonly store: ReadonlyMap<string, Metric> };
		for (const name of UNREAD) Object.assign(store.get(name) ?? {}, { increment: nothing, decrement: nothing, set: nothing });
		for (const name of TIMES) Object.assign(store.get(name) ?? {}, { quantiles: undefined });
	},
};
