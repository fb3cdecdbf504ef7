import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { BrokerOptions } from "moleculer";
import { networkOf } from "@config/broker";
import type { Settings } from "@config/env";
import { leanMetrics } from "@config/lean-metrics";
import { isErrorCode } from "@kernel/errors";

const REQUEST_TIMEOUT_MS = 10_000;

/** What says that a service is ill: not that it refused, nor that a payment provider did. */
const isIllness = (cause: Error & { code?: unknown; type?: unknown }): boolean =>
	cause.type === "UNAVAILABLE" || cause.type === "INTERNAL" || !isErrorCode(cause.type);

/** How Moleculer runs here. Limits of single actions (time-outs, retries, placement) come from their contracts. */
export const brokerOptions = (settings: Settings): BrokerOptions => ({
	...networkOf(settings),
	namespace: settings.namespace,
	// Unique for each start: a node that comes back under its old name would be sent what was meant for the one that died.
	nodeID: `${hostname()}-${process.pid}-${randomBytes(3).toString("hex")}`,
	logger: { type: "Pino", options: { level: settings.logLevel === "info" ? "warn" : settings.logLevel } },
	requestTimeout: REQUEST_TIMEOUT_MS,
	dependencyInterval: 50,
	// On only where a contract says that an action may be sent again.
	retryPolicy: {
		enabled: false,
		retries: 3,
		delay: 50,
		maxDelay: 1_000,
		factor: 2,
		check: (cause: Error & { retryable?: boolean }) => cause.retryable === true,
	},
	circuitBreaker: { enabled: true, threshold: 0.5, minRequestCount: 50, windowTime: 30, halfOpenTime: 5_000, check: isIllness },
	bulkhead: { enabled: true, concurrency: 1_000, maxQueueSize: 10_000 },
	tracking: { enabled: true, shutdownTimeout: 10_000 },
	metrics: {
		enabled: true,
		reporter: settings.metricsPort === 0 ? [] : [{ type: "Prometheus", options: { port: settings.metricsPort, path: "/metrics" } }],
	},
	middlewares: [leanMetrics],
	skipProcessEventRegistration: true,
	errorHandler: null,
});
