import type { BrokerOptions, Middleware, ServiceBroker } from "moleculer";
import { callCounts } from "../metrics/call-metrics";
import { localCallMiddleware } from "./local-call-middleware";
import { guards, type Guards, type ResilienceOptions } from "./guards";
import { resilience } from "./middleware";
import { asUnavailable } from "./unavailable";

const REQUEST_TIMEOUT_MS = 10_000;

/**
 * Protects calls against slow, absent and overloaded services. One layer replaces Moleculer's timeout, retry, circuit breaker and bulkhead. Unused
 * middlewares of Moleculer are left out, because each adds cost to every call.
 *
 * @param inner middlewares between the handlers and Moleculer's middlewares
 */
export const resilienceOptions = (
	inner: readonly Middleware[] = [],
	options: ResilienceOptions = {},
): Pick<BrokerOptions, "internalMiddlewares" | "middlewares" | "errorHandler" | "requestTimeout" | "maxCallLevel"> => {
	let made: Guards | undefined;
	const guardsOf = (broker: ServiceBroker): Guards => (made ??= guards(broker, options));
	const counts = callCounts();
	return {
		internalMiddlewares: false,
		// Innermost first: the first one directly wraps the handler.
		middlewares: [
			...inner,
			localCallMiddleware(guardsOf, counts),
			"ActionHook",
			"Validator",
			"Cacher",
			"ContextTracker",
			resilience(guardsOf),
			"ErrorHandler",
			"Tracing",
			counts.middleware,
		] as Middleware[],
		errorHandler: asUnavailable as NonNullable<BrokerOptions["errorHandler"]>,
		requestTimeout: REQUEST_TIMEOUT_MS,
		maxCallLevel: 20,
	};
};
