import { METRIC } from "moleculer";
import type { Broker, Endpoint } from "./moleculer-types";
import { CIRCUIT, circuit, type Circuit, type CircuitOptions } from "./circuit-breaker";

const named = METRIC as unknown as Readonly<Record<string, string>>;
export const OPENED_TOTAL = named["MOLECULER_CIRCUIT_BREAKER_OPENED_TOTAL"]!;
export const OPENED_ACTIVE = named["MOLECULER_CIRCUIT_BREAKER_OPENED_ACTIVE"]!;

/** Circuit breakers per endpoint. Moleculer does not select an endpoint whose circuit is open. */
export const circuits = (broker: Broker, options: CircuitOptions = CIRCUIT): ((endpoint: Endpoint) => Circuit) => {
	const all = new WeakMap<Endpoint, Circuit>();

	const make = (endpoint: Endpoint): Circuit => {
		const labels = { affectedNodeID: endpoint.id, action: endpoint.action.name };
		let timer: NodeJS.Timeout | undefined;
		const made = circuit((state) => {
			endpoint.state = state === "closed" || state === "halfOpen";
			clearTimeout(timer);
			if (!endpoint.state) timer = setTimeout(made.tryAgain, options.openMs).unref();
			if (state === "open") {
				broker.logger.warn("circuit breaker opened", labels);
				broker.metrics.increment(OPENED_TOTAL, labels);
			} else if (state === "closed") broker.logger.warn("circuit breaker closed", labels);
			broker.metrics.set(OPENED_ACTIVE, state === "closed" ? 0 : 1, labels);
		}, options);
		all.set(endpoint, made);
		return made;
	};

	return (endpoint) => all.get(endpoint) ?? make(endpoint);
};
