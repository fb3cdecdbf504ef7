import { MetricReporters } from "moleculer";
import { exposition, type Metric } from "./exposition";
import { boundLabels } from "./relabel";

/** Exported Moleculer metrics. The others are constant for the life of a process or can be derived from these. */
const EXPORTED = [
	"moleculer.request.total",
	"moleculer.request.error.total",
	"moleculer.request.time",
	"moleculer.request.timeout.total",
	"moleculer.request.retry.attempts.total",
	"moleculer.circuit-breaker.*",
	"moleculer.event.received.error.total",
	"moleculer.registry.nodes.online.total",
	"moleculer.transporter.packets.*.total",
];
const OWN = /^(tianguis|http|nodejs|process)_/;

/**
 * Moleculer's Prometheus reporter with a valid exposition: histograms consist of buckets, sum and count, label values are escaped, and labels are
 * bounded. The node id is only a label of `tianguis_node_info`; otherwise every start would create new series of every metric.
 */
class Reporter extends MetricReporters.Prometheus {
	override generatePrometheusResponse(): string {
		const { broker, store } = this.registry as unknown as {
			readonly broker: { readonly namespace: string };
			readonly store: ReadonlyMap<string, Metric>;
		};
		const always = { namespace: broker.namespace };
		return [...store.values()]
			.filter(({ name }) => OWN.test(name) || this.matchMetricName(name))
			.map((metric) =>
				exposition(
					{
						name: metric.name,
						description: metric.description,
						type: metric.type,
						snapshot: () => boundLabels(metric.snapshot()),
					},
					always,
				),
			)
			.join("");
	}
}

/** @param port 0: no endpoint */
export const reporters = (port: number): MetricReporters.Prometheus[] =>
	port === 0 ? [] : [new Reporter({ port, path: "/metrics", includes: EXPORTED })];
