import { setTimeout as pause } from "node:timers/promises";
import { METRIC } from "moleculer";
import { backoffMs, MAX_RETRIES } from "./backoff";
import type { Broker, Call } from "./moleculer-types";
import type { RetryBudget } from "./retry-budget";
import type { CallError } from "./unavailable";

export const RETRIES_TOTAL = (METRIC as unknown as Readonly<Record<string, string>>)["MOLECULER_REQUEST_RETRY_ATTEMPTS_TOTAL"]!;

/** Retries idempotent calls that failed with a transient error. */
export const retries = (broker: Broker, budget: RetryBudget) => {
	const resend = async (call: Call, waitMs: number, untilMs: number): Promise<unknown> => {
		await pause(waitMs);
		const next = call.copy();
		next.options = { ...call.options, timeout: untilMs - performance.now() };
		next._retryAttempts = (call._retryAttempts ?? 0) + 1;
		// eslint-disable-next-line no-restricted-syntax -- repeats a call that was made through its contract
		return broker.call(call.endpoint.action.name, call.params, { ctx: next });
	};

	/**
	 * @param untilMs deadline of all attempts together, by performance.now()
	 * @returns undefined if the call is not retried. The error is then marked as not retryable, because retries at each level would multiply.
	 */
	return (call: Call, cause: CallError, untilMs: number): Promise<unknown> | undefined => {
		if (cause.retryable !== true) return undefined;
		if (call.endpoint.local && call.nodeID !== broker.nodeID) return undefined; // the calling node retries itself
		const attempts = call._retryAttempts ?? 0;
		const waitMs = backoffMs(attempts + 1, Math.random());
		const now = performance.now();
		const canRetry = attempts < MAX_RETRIES && now + waitMs < untilMs && call.stream === null && call.options.stream === undefined;
		if (canRetry && budget.spend(now)) {
			broker.metrics.increment(RETRIES_TOTAL, { action: call.endpoint.action.name });
			return resend(call, waitMs, untilMs);
		}
		cause.retryable = false;
		return undefined;
	};
};
