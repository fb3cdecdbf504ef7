import type { Metrics } from "@mixins/observability/metrics";
import { eventLoopTurnMetrics } from "./event-loop-turns";

const NONE = {};

/** Metrics of the Node.js process, under the names of the Prometheus client library. */
export const processMetrics = (metrics: Metrics, nodeId: string): { readonly stop: () => void } => {
	const one = (name: string, help: string, read: () => number): void => {
		metrics.gauge({ name, help }, () => [{ labels: NONE, value: read() }]);
	};

	metrics.gauge(
		{ name: "tianguis_node_info", help: "Node id and Node.js version of this process.", labels: ["node_id", "node_version"] },
		() => [{ labels: { node_id: nodeId, node_version: process.version }, value: 1 }],
	);
	metrics.total({ name: "process_cpu_seconds_total", help: "CPU time used by this process in seconds." }, () => {
		const { user, system } = process.cpuUsage();
		return [{ labels: NONE, value: (user + system) / 1e6 }];
	});
	one("process_start_time_seconds", "Start time of this process in seconds since the epoch.", () => performance.timeOrigin / 1_000);
	one("process_resident_memory_bytes", "Resident memory in bytes.", () => process.memoryUsage.rss());
	one("nodejs_heap_size_used_bytes", "Used heap in bytes.", () => process.memoryUsage().heapUsed);
	one("nodejs_heap_size_total_bytes", "Heap allocated by V8 in bytes.", () => process.memoryUsage().heapTotal);

	return { stop: eventLoopTurnMetrics(metrics) };
};
