import type { BrokerOptions, Middleware, ServiceBroker } from "moleculer";
import { callCounts } from "../metrics/call-metrics";
import { localCallMiddleware } from "./local-call-middleware";
import { guards, type Guards, type ResilienceOptions } from "./guards";
import { resilience } from "./middleware";
import { asUnavailable } from "./unavailable";

const REQUEST_TIMEOUT_MS = 10_000;

/**
 * How calls are made safe against what is slow, absent or overwhelmed. Moleculer's own layers for that are left out, ours stands in their place; so
 * does none that this program has no use for, since each costs every call something.
 *
 * @param inner middlewares that stand nearer to the handlers than all of Moleculer's
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
		// From the inside: the first is nearest to the handler.
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
