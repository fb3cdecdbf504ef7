import { setTimeout as pause } from "node:timers/promises";
import { METRIC } from "moleculer";
import { backoffMs, MAX_RETRIES } from "./backoff";
import type { Broker, Call } from "./moleculer-types";
import type { RetryBudget } from "./retry-budget";
import type { CallError } from "./unavailable";

export const RETRIES_TOTAL = (METRIC as unknown as Readonly<Record<string, string>>)["MOLECULER_REQUEST_RETRY_ATTEMPTS_TOTAL"]!;

/** Sends idempotent calls again that failed for a reason that may pass. */
export const retries = (broker: Broker, budget: RetryBudget) => {
	const again = async (call: Call, waitMs: number, untilMs: number): Promise<unknown> => {
		await pause(waitMs);
		const next = call.copy();
		next.options = { ...call.options, timeout: untilMs - performance.now() };
		next._retryAttempts = (call._retryAttempts ?? 0) + 1;
		// eslint-disable-next-line no-restricted-syntax -- the same call, which had a contract
		return broker.call(call.endpoint.action.name, call.params, { ctx: next });
	};

	/**
	 * @param untilMs by performance.now(): all attempts share the time of the first
	 * @returns undefined where it is not sent again. Then the error says so, and nobody further up tries either: else each level would multiply it.
	 */
	return (call: Call, cause: CallError, untilMs: number): Promise<unknown> | undefined => {
		if (cause.retryable !== true) return undefined;
		if (call.endpoint.local && call.nodeID !== broker.nodeID) return undefined; // who asks from another node tries again itself
		const attempts = call._retryAttempts ?? 0;
		const waitMs = backoffMs(attempts + 1, Math.random());
		const now = performance.now();
		const worthIt = attempts < MAX_RETRIES && now + waitMs < untilMs && call.stream === null && call.options.stream === undefined;
		if (worthIt && budget.spend(now)) {
			broker.metrics.increment(RETRIES_TOTAL, { action: call.endpoint.action.name });
			return again(call, waitMs, untilMs);
		}
		cause.retryable = false;
		return undefined;
	};
};
