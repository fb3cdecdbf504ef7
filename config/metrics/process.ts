import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Metrics } from "@mixins/metrics";

const LOOK_MS = 10;
const NS_PER_MS = 1e6;
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

	const delay = monitorEventLoopDelay({ resolution: LOOK_MS });
	delay.enable();
	/** Node tells how far apart its looks were: what is more than asked for is delay. */
	const seconds = (ns: number): number => (Number.isFinite(ns) ? Math.max(0, ns / NS_PER_MS - LOOK_MS) / 1_000 : 0);
	one("nodejs_eventloop_lag_mean_seconds", "Mean delay of the event loop since somebody last asked.", () => seconds(delay.mean));
	one("nodejs_eventloop_lag_p50_seconds", "Median delay of the event loop since somebody last asked.", () =>
		seconds(delay.percentile(50)),
	);
	one("nodejs_eventloop_lag_p99_seconds", "99th percentile of the event loop's delay since somebody last asked.", () =>
		seconds(delay.percentile(99)),
	);
	one("nodejs_eventloop_lag_max_seconds", "Longest delay of the event loop since somebody last asked.", () => {
		const { max } = delay;
		delay.reset(); // the last of them to be read
		return seconds(max);
	});
	return { stop: () => void delay.disable() };
};
