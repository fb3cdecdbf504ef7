import { Errors, type Middleware, type ServiceBroker } from "moleculer";
import { registerLocalAction, type LocalCall } from "@mixins/service/local-calls";
import type { CallCounts } from "../metrics/call-metrics";
import type { Action, Call, Next } from "./moleculer-types";
import type { Guards } from "./guards";
import { asUnavailable, type CallError } from "./unavailable";

/** Converts errors like Moleculer's error handler does. */
const withErrorHandler = (next: Next, action: Action): Next => {
	const rethrow = (call: Call, cause: unknown): never => {
		const failed: CallError = cause instanceof Error ? cause : new Errors.MoleculerError(String(cause), 500);
		// Writable, as in Moleculer: an error that passes several calls gets a new `ctx` in each.
		Object.defineProperty(failed, "ctx", { value: call, writable: true, enumerable: false });
		return asUnavailable(failed, { action });
	};
	return (call) => next(call).catch((cause: unknown) => rethrow(call, cause));
};

/**
 * Lets calls within the process reach local actions without the broker (docs/adr/0032). Fewer layers have the same effects: calls are counted and timed,
 * have a time limit, and use the same retries, circuit breakers and bulkheads as brokered calls. Middlewares inside this one apply to both.
 *
 * Traced calls still pass the broker, and so do calls of actions without a time limit, which carry streams.
 */
export const localCallMiddleware = (guardsOf: (broker: ServiceBroker) => Guards, counts: CallCounts): Middleware => ({
	name: "DirectCalls",
	localAction(this: ServiceBroker, next, action) {
		const called = action as unknown as Action;
		if (called.timeout === 0 || this.isTracingEnabled()) return next;
		const guarded = withErrorHandler(guardsOf(this).local(next as unknown as Next, called), called);
		const layers = this.isMetricsEnabled() ? counts.counted("local", guarded, called) : guarded;
		registerLocalAction(called, layers as unknown as (call: LocalCall) => Promise<unknown>);
		return next;
	},
});
