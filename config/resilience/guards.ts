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
	/** Of actions whose contract does not say. */
	readonly bulkhead?: BulkheadOptions;
}

export const TIMEOUTS_TOTAL = (METRIC as unknown as Readonly<Record<string, string>>)["MOLECULER_REQUEST_TIMEOUT_TOTAL"]!;

const BULKHEAD: BulkheadOptions = { concurrency: 1_000, queue: 5_000 };
/** A called action's time ends so much before its caller's, who can then still say what happened. More than the resolution of time limits. */
const MARGIN_MS = 25;

/** Its own time, or what its caller has left. */
const timeFor = (own: number, given: number | null | undefined): number => {
	if (typeof given !== "number" || given <= 0 || given >= own) return own;
	return given > 4 * MARGIN_MS ? given - MARGIN_MS : given;
};

/** Put time limit, retries, circuit and bulkhead around what answers a call. */
export interface Guards {
	/** Of an action on another node. */
	remote(next: Next, action: Action): Next;
	/** Of an action on this node. All guards of the same action share its bulkhead. */
	local(next: Next, action: Action): Next;
}

/**
 * The guards of one broker. What applies to an action comes from its contract: `timeout` (0: none, nor anything else of this), `retryPolicy.enabled`,
 * `bulkhead`.
 */
export const guards = (broker: Broker, { circuit, retryBudget: savings, bulkhead: room = BULKHEAD }: ResilienceOptions = {}): Guards => {
	const budget = retryBudget(savings, performance.now());
	const retry = retries(broker, budget);
	const circuitOf = circuits(broker, circuit);
	const gates = new WeakMap<Action, Bulkhead>();

	const gateOf = (action: Action): Bulkhead => {
		const { concurrency = room.concurrency, maxQueueSize: queue = room.queue } = action.bulkhead ?? {};
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
			const ways = circuitOf(call.endpoint);
			const probe = ways.begin();

			return new Promise((resolve, reject) => {
				let settled = false;

				const fail = (cause: CallError, isIll: boolean): void => {
					settled = true;
					clearTimeLimit(limit);
					ways.end(isIll, probe, performance.now());
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
					// Where its caller had left it hardly any time, that says nothing.
					fail(unavailable(name, "REQUEST_TIMEOUT", true), allowedMs >= ownMs / 2);
				};

				const start = (): void => {
					next(call).then(
						(reply) => {
							gate?.leave();
							if (settled) return;
							settled = true;
							clearTimeLimit(limit);
							ways.end(false, probe, performance.now());
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
