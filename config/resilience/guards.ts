import { METRIC } from "moleculer";
import { clearTimeLimit, startTimeLimit } from "@mixins/async/time-limits";
import { bulkhead, type Bulkhead, type BulkheadOptions } from "./bulkhead";
import type { Action, Broker, Next } from "./moleculer-types";
import type { CircuitOptions } from "./circuit-breaker";
import { circuits } from "./endpoint-circuit-breakers";
import { retries } from "./retries";
import { retryBudget, type RetryBudgetOptions } from "./retry-budget";
import { isEndpointFault, unavailable, type CallError } from "./unavailable";

export interface ResilienceOptions {
	readonly circuit?: CircuitOptions;
	readonly retryBudget?: RetryBudgetOptions;
	/** Default for actions whose contract has no bulkhead. */
	readonly bulkhead?: BulkheadOptions;
}

export const TIMEOUTS_TOTAL = (METRIC as unknown as Readonly<Record<string, string>>)["MOLECULER_REQUEST_TIMEOUT_TOTAL"]!;

const BULKHEAD: BulkheadOptions = { concurrency: 1_000, queue: 5_000 };
/** A called action times out this long before its caller, which can then still report the error. Exceeds the resolution of time limits. */
const MARGIN_MS = 25;

/** Time limit of a call: that of the action, or the remaining time of its caller if that is shorter. */
const timeFor = (own: number, given: number | null | undefined): number => {
	if (typeof given !== "number" || given <= 0 || given >= own) return own;
	return given > 4 * MARGIN_MS ? given - MARGIN_MS : given;
};

/** Wraps handlers with time limit, retries, circuit breaker and bulkhead. */
export interface Guards {
	/** Wraps an action of another node. */
	remote(next: Next, action: Action): Next;
	/** Wraps an action of this node. All guards of an action share its bulkhead. */
	local(next: Next, action: Action): Next;
}

/**
 * Creates the guards of a broker. An action's contract determines `timeout` (0: no guards at all), `retryPolicy.enabled` and `bulkhead`.
 */
export const guards = (
	broker: Broker,
	{ circuit, retryBudget: budgetOptions, bulkhead: defaults = BULKHEAD }: ResilienceOptions = {},
): Guards => {
	const budget = retryBudget(budgetOptions, performance.now());
	const retry = retries(broker, budget);
	const circuitOf = circuits(broker, circuit);
	const gates = new WeakMap<Action, Bulkhead>();

	const gateOf = (action: Action): Bulkhead => {
		const { concurrency = defaults.concurrency, maxQueueSize: queue = defaults.queue } = action.bulkhead ?? {};
		const gate = gates.get(action) ?? bulkhead({ concurrency, queue });
		gates.set(action, gate);
		return gate;
	};

	const guard = (gate: Bulkhead | undefined, next: Next, action: Action): Next => {
		const { name } = action;
		const ownMs = action.timeout ?? broker.options.requestTimeout ?? 0;
		if (ownMs <= 0) return next;
		const isIdempotent = action.retryPolicy?.enabled === true;

		return (call) => {
			const begunMs = performance.now();
			const allowedMs = timeFor(ownMs, call.options.timeout);
			call.options.timeout = allowedMs;
			call.deadlineMs = begunMs + allowedMs;
			if (call.startHrTime === null) call.startHrTime = process.hrtime();
			if (isIdempotent && call._retryAttempts === undefined) budget.earn();
			const breaker = circuitOf(call.endpoint);
			const probe = breaker.begin();

			return new Promise((resolve, reject) => {
				let settled = false;

				const fail = (cause: CallError, isFault: boolean): void => {
					settled = true;
					clearTimeLimit(limit);
					breaker.end(isFault, probe, performance.now());
					const again = isIdempotent ? retry(call, cause, begunMs + allowedMs) : undefined;
					if (again) again.then(resolve, reject);
					else reject(cause);
				};

				const late = (): void => {
					gate?.giveUp(start);
					if (!gate) broker.transit?.removePendingRequest(call.id);
					call.options.stream?.emit("moleculer-timeout-middleware", allowedMs);
					broker.logger.warn("call timed out", {
						action: name,
						caller: call.caller,
						nodeID: call.nodeID,
						requestId: call.meta.requestId ?? call.requestID,
						allowedMs,
					});
					broker.metrics.increment(TIMEOUTS_TOTAL, { action: name });
					// A timeout counts as a fault only if the caller left at least half of the action's own time.
					fail(unavailable(name, "REQUEST_TIMEOUT", true), allowedMs >= ownMs / 2);
				};

				const start = (): void => {
					next(call).then(
						(reply) => {
							gate?.leave();
							if (settled) return;
							settled = true;
							clearTimeLimit(limit);
							breaker.end(false, probe, performance.now());
							resolve(reply);
						},
						(cause: unknown) => {
							gate?.leave();
							if (settled) return;
							const failed = cause instanceof Error ? cause : new Error(String(cause));
							fail(failed, isEndpointFault(failed, name, call));
						},
					);
				};

				const limit = startTimeLimit(allowedMs, late);
				if (gate === undefined) start();
				else if (!gate.enter(start)) fail(unavailable(name, "QUEUE_FULL", false), false);
			});
		};
	};

	return {
		remote: (next, action) => guard(undefined, next, action),
		local: (next, action) => guard(gateOf(action), next, action),
	};
};
