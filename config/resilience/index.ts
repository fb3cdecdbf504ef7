import type { BrokerOptions, Middleware } from "moleculer";
import { callMetrics } from "../metrics/calls";
import { resilience, type ResilienceOptions } from "./middleware";
import { asUnavailable } from "./unavailable";

const REQUEST_TIMEOUT_MS = 10_000;

/**
 * How calls are made safe against what is slow, absent or overwhelmed. Moleculer's own layers for that are left out, ours stands in their place; so
 * does none that this program has no use for, since each costs every call something.
 *
 * @param inner middlewares that stand nearer to the handlers than all of Moleculer's
 */
export const resilient = (
	inner: readonly Middleware[] = [],
	options: ResilienceOptions = {},
): Pick<BrokerOptions, "internalMiddlewares" | "middlewares" | "errorHandler" | "requestTimeout" | "maxCallLevel"> => ({
	internalMiddlewares: false,
	// From the inside: the first is nearest to the handler.
	middlewares: [
		...inner,
		"ActionHook",
		"Validator",
		"Cacher",
		"ContextTracker",
		resilience(options),
		"ErrorHandler",
		"Tracing",
		callMetrics,
	] as Middleware[],
	errorHandler: asUnavailable as NonNullable<BrokerOptions["errorHandler"]>,
	requestTimeout: REQUEST_TIMEOUT_MS,
	maxCallLevel: 20,
});
