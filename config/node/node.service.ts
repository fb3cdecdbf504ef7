import { performance } from "node:perf_hooks";
import type { Service, ServiceSchema } from "moleculer";
import type { Clock } from "@kernel/clock";
import { defineService } from "@mixins/service/define-service";
import { version } from "../../package.json";
import { Node } from "./node.contract";

/** Time to send the reply before the node stops. */
const REPLY_MS = 200;

/** Service of every node, with which operators inspect and drain it. */
export const nodeService = (clock: Clock, unpublishedMs: () => number): ServiceSchema => {
	let host: Service | undefined;
	let before = performance.eventLoopUtilization();

	return defineService(
		"node",
		Node,
		{
			report: () => {
				const now = performance.eventLoopUtilization();
				const { utilization } = performance.eventLoopUtilization(now, before);
				before = now;
				return Promise.resolve({
					nodeId: host?.broker.nodeID ?? "",
					services: (host?.broker.services ?? [])
						.map(({ name }) => name)
						.filter((name) => name !== "node" && !name.startsWith("$")),
					version,
					runtime: process.version,
					uptimeMs: Math.round(process.uptime() * 1_000),
					memoryMb: Math.round(process.memoryUsage.rss() / 1_048_576),
					load: Math.round(utilization * 100) / 100,
					unpublishedMs: Math.round(unpublishedMs()),
				});
			},
			drain: () => {
				setTimeout(() => process.kill(process.pid, "SIGTERM"), REPLY_MS);
				return Promise.resolve({});
			},
		},
		{
			clock,
			started(started) {
				host = started;
			},
		},
	);
};
