import type { Middleware, ServiceBroker } from "moleculer";
import type { Action, Next } from "./moleculer-types";
import { OPENED_ACTIVE, OPENED_TOTAL } from "./endpoint-circuit-breakers";
import { TIMEOUTS_TOTAL, type Guards } from "./guards";
import { RETRIES_TOTAL } from "./retries";

/**
 * Timeout, retries, circuit breaker and bulkhead of every brokered call, in this order from the outside, as one layer. Moleculer has one layer for each,
 * which costs more, and its circuit breaker is inside its timeout and so never counts timeouts (docs/adr/0015).
 */
export const resilience = (guardsOf: (broker: ServiceBroker) => Guards): Middleware => ({
	name: "Resilience",
	created(broker) {
		if (!broker.isMetricsEnabled()) return;
		const counter = (metric: string, labelNames: string[], description: string, type = "counter") =>
			void broker.metrics.register({ type, name: metric, labelNames, description } as never);
		counter(TIMEOUTS_TOTAL, ["action"], "Calls that timed out");
		counter(RETRIES_TOTAL, ["action"], "Calls that were retried");
		counter(OPENED_TOTAL, ["affectedNodeID", "action"], "Circuit breakers that opened");
		counter(OPENED_ACTIVE, ["affectedNodeID", "action"], "Circuit breakers that are open", "gauge");
	},
	localAction(this: ServiceBroker, next, action) {
		return guardsOf(this).local(next as unknown as Next, action as Action) as never;
	},
	remoteAction(this: ServiceBroker, next, action) {
		return guardsOf(this).remote(next as Next, action as Action) as never;
	},
});
