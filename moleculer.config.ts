import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { BrokerOptions } from "moleculer";
import { networkOptions } from "@config/broker";
import type { Settings } from "@config/env";
import { openLog } from "@config/log";
import { trimMoleculerMetrics } from "@config/metrics/trim-moleculer-metrics";
import { reporters } from "@config/metrics/reporter";
import { resilienceOptions } from "@config/resilience";
import { tracingOptions } from "@config/tracing";
import { scopeMiddleware } from "@config/tracing/middleware";

/** How Moleculer runs here. Limits of single actions (time-outs, retries, placement) come from their contracts. */
export const brokerOptions = (settings: Settings, log = openLog(settings.logLevel)): BrokerOptions => ({
	...networkOptions(settings),
	namespace: settings.namespace,
	// Unique for each start: a node that comes back under its old name would be sent what was meant for the one that died.
	nodeID: `${hostname()}-${process.pid}-${randomBytes(3).toString("hex")}`,
	// What it says at "info" is of interest to who works on it.
	logger: {
		type: "Pino",
		options: { level: settings.logLevel === "info" ? "warn" : settings.logLevel, createLogger: log.createLogger as never },
	},
	...resilienceOptions([trimMoleculerMetrics, scopeMiddleware(settings.zipkinUrl !== undefined)]),
	dependencyInterval: 50,
	tracking: { enabled: true, shutdownTimeout: 10_000 },
	tracing: tracingOptions(settings),
	metrics: {
		enabled: true,
		// Ours are fewer, and under the names that others give them.
		collectProcessMetrics: false,
		reporter: reporters(settings.metricsPort) as never,
	},
	skipProcessEventRegistration: true,
});
