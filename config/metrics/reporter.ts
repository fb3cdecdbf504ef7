import { MetricReporters } from "moleculer";
import { exposition, type Metric } from "./exposition";
import { boundLabels } from "./relabel";

/** Of Moleculer's own, what somebody reads. The others never change in the life of a process, or are seen from these. */
const MAX_SHOWN = [
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
 * Moleculer's Prometheus reporter with an exposition that keeps the format: a histogram has its sum and count without quantiles and nothing else in
 * its family, label values are escaped, labels are bounded; and no node id makes new series of everything at each start (`tianguis_node_info` tells it).
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

/** @param port 0: nobody is told anything */
export const reporters = (port: number): MetricReporters.Prometheus[] =>
	port === 0 ? [] : [new Reporter({ port, path: "/metrics", includes: MAX_SHOWN })];
