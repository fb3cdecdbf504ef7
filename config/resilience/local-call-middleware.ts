import { Errors, type Middleware, type ServiceBroker } from "moleculer";
import { registerLocalAction, type LocalCall } from "@mixins/service/local-calls";
import type { CallCounts } from "../metrics/call-metrics";
import type { Action, Call, Next } from "./moleculer-types";
import type { Guards } from "./guards";
import { asUnavailable, type CallError } from "./unavailable";

/** Errors leave an action as they leave it through Moleculer's error handler. */
const told = (next: Next, action: Action): Next => {
	const tell = (call: Call, cause: unknown): never => {
		const failed: CallError = cause instanceof Error ? cause : new Errors.MoleculerError(String(cause), 500);
		// As Moleculer defines it: an error that comes out of several calls, directly and by the broker, takes it again and again.
		Object.defineProperty(failed, "ctx", { value: call, writable: true, enumerable: false });
		return asUnavailable(failed, { action });
	};
	return (call) => next(call).catch((cause: unknown) => tell(call, cause));
};

/**
 * Lets calls from within the process reach its actions without the broker (docs/adr/0032). Fewer layers stand around the action, with the same effects:
 * calls are counted and timed, their time is limited, and retries, circuit and bulkhead are those of brokered calls. Middlewares that stand nearer to the
 * handlers than this one are around both.
 *
 * Traced calls pass the broker, and those of actions without a time limit, which carry streams.
 */
export const localCallMiddleware = (guardsOf: (broker: ServiceBroker) => Guards, counts: CallCounts): Middleware => ({
	name: "DirectCalls",
	localAction(this: ServiceBroker, next, action) {
		const called = action as unknown as Action;
		if (called.timeout === 0 || this.isTracingEnabled()) return next;
		const guarded = told(guardsOf(this).local(next as unknown as Next, called), called);
		const layers = this.isMetricsEnabled() ? counts.counted("local", guarded, called) : guarded;
		registerLocalAction(called, layers as unknown as (call: LocalCall) => Promise<unknown>);
		return next;
	},
});
