import type { Metrics } from "@mixins/observability/metrics";
import { eventLoopTurnMetrics } from "./event-loop-turns";

const NONE = {};

/** What every Node program tells, under the names that Prometheus' own client gives it. */
export const processMetrics = (metrics: Metrics, nodeId: string): { readonly stop: () => void } => {
	const one = (name: string, help: string, read: () => number): void => {
		metrics.gauge({ name, help }, () => [{ labels: NONE, value: read() }]);
	};

	metrics.gauge(
		{ name: "tianguis_node_info", help: "This node, by the id that it has in the cluster.", labels: ["node_id", "node_version"] },
		() => [{ labels: { node_id: nodeId, node_version: process.version }, value: 1 }],
	);
	metrics.total({ name: "process_cpu_seconds_total", help: "Processor time that this process has taken, in seconds." }, () => {
		const { user, system } = process.cpuUsage();
		return [{ labels: NONE, value: (user + system) / 1e6 }];
	});
	one("process_start_time_seconds", "When this process began, in seconds of Unix time.", () => performance.timeOrigin / 1_000);
	one("process_resident_memory_bytes", "Resident memory.", () => process.memoryUsage.rss());
	one("nodejs_heap_size_used_bytes", "Heap in use.", () => process.memoryUsage().heapUsed);
	one("nodejs_heap_size_total_bytes", "Heap that V8 has taken.", () => process.memoryUsage().heapTotal);

	return { stop: eventLoopTurnMetrics(metrics) };
};
