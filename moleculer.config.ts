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

/** Options of the Moleculer broker. Limits of single actions (timeouts, retries, placement) come from their contracts. */
export const brokerOptions = (settings: Settings, log = openLog(settings.logLevel)): BrokerOptions => ({
	...networkOptions(settings),
	namespace: settings.namespace,
	// Unique for each start: under a reused id, a restarted node would receive messages meant for its crashed predecessor.
	nodeID: `${hostname()}-${process.pid}-${randomBytes(3).toString("hex")}`,
	// Moleculer's own "info" messages interest only developers.
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
		// config/metrics/process.ts provides fewer process metrics, under the names that Prometheus clients use.
		collectProcessMetrics: false,
		reporter: reporters(settings.metricsPort) as never,
	},
	skipProcessEventRegistration: true,
});
