import { METRIC, type Middleware, type ServiceBroker } from "moleculer";
import { allowDirectCalls } from "@mixins/local-calls";
import { clearTimeLimit, startTimeLimit } from "@mixins/time-limits";
import { bulkhead, type BulkheadOptions } from "./bulkhead";
import type { Action, Broker, Next } from "./call";
import type { CircuitOptions } from "./circuit";
import { circuits, OPENED_ACTIVE, OPENED_TOTAL } from "./circuits";
import { retries, RETRIES_TOTAL } from "./retries";
import { retryBudget, type RetryBudgetOptions } from "./retry-budget";
import { isIllness, unavailable, type Failed } from "./unavailable";

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

/**
 * Time-out, retries, circuit and bulkhead of every call, in this order from the outside, as one layer: Moleculer has one for each, which costs more, and
 * its breaker, being inside its time-out, never learns of one (docs/adr/0015). What applies comes from the action's contract: `timeout`
 * (0: none, nor anything else of this), `retryPolicy.enabled`, `bulkhead`.
 */
export const resilience = ({ circuit, retryBudget: savings, bulkhead: room = BULKHEAD }: ResilienceOptions = {}): Middleware => {
	/** Per broker. */
	const layer = (broker: Broker) => {
		const budget = retryBudget(savings, performance.now());
		const retry = retries(broker, budget);
		const circuitOf = circuits(broker, circuit);

		return (isLocal: boolean, next: Next, action: Action): Next => {
			const { name } = action;
			const ownMs = action.timeout ?? broker.options.requestTimeout ?? 0;
			if (ownMs <= 0) return next;
			const isIdempotent = action.retryPolicy?.enabled === true;
			const gate = isLocal
				? bulkhead({
						concurrency: action.bulkhead?.concurrency ?? room.concurrency,
						queue: action.bulkhead?.maxQueueSize ?? room.queue,
					})
				: undefined;

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

					const fail = (cause: Failed, isIll: boolean): void => {
						settled = true;
						clearTimeLimit(limit);
						ways.end(isIll, probe, performance.now());
						const again = isIdempotent ? retry(call, cause, begunMs + allowedMs) : undefined;
						if (again) again.then(resolve, reject);
						else reject(cause);
					};

					const late = (): void => {
						gate?.giveUp(start);
						if (!isLocal) broker.transit?.removePendingRequest(call.id);
						call.options.stream?.emit("moleculer-timeout-middleware", allowedMs);
						broker.logger.warn("a call took too long", {
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
								fail(failed, isIllness(failed, name, call));
							},
						);
					};

					const limit = startTimeLimit(allowedMs, late);
					if (gate === undefined) start();
					else if (!gate.enter(start)) fail(unavailable(name, "QUEUE_FULL", false), false);
				});
			};
		};
	};

	let guard: ReturnType<typeof layer> | undefined;
	const guarded = (broker: ServiceBroker) => (guard ??= layer(broker));

	return {
		name: "Resilience",
		created(broker) {
			allowDirectCalls(broker);
			if (!broker.isMetricsEnabled()) return;
			const counter = (metric: string, labelNames: string[], description: string, type = "counter") =>
				void broker.metrics.register({ type, name: metric, labelNames, description } as never);
			counter(TIMEOUTS_TOTAL, ["action"], "Calls that were not answered in time");
			counter(RETRIES_TOTAL, ["action"], "Calls that were sent again");
			counter(OPENED_TOTAL, ["affectedNodeID", "action"], "Circuits that have opened");
			counter(OPENED_ACTIVE, ["affectedNodeID", "action"], "Circuits that are open", "gauge");
		},
		localAction(this: ServiceBroker, next, action) {
			return guarded(this)(true, next as unknown as Next, action as Action) as never;
		},
		remoteAction(this: ServiceBroker, next, action) {
			return guarded(this)(false, next as Next, action as Action) as never;
		},
	};
};
