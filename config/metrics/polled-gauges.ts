import type { DeadLetters } from "@mixins/events/event-bus";
import type { Relay } from "@mixins/events/relay";
import { byTurns, periodicJob, type PeriodicJob } from "@mixins/async/periodic-job";
import type { Metrics } from "@mixins/observability/metrics";

const INTERVAL_MS = 15_000;
/** Other nodes poll every fourth time, in case the preferred host has crashed unnoticed. */
const OTHERS_EVERY = 4;

export interface PollTargets {
	readonly relay: Pick<Relay, "lagMs">;
	readonly bus: Pick<DeadLetters, "countDeadLetters"> & {
		/** Number of waiting events per consumer. */
		depths?(): Promise<ReadonlyMap<string, number>>;
	};
	/** Whether this node should poll the state that all nodes share. */
	readonly isFirst: () => boolean;
}

/**
 * Gauges of state that all nodes share. Dead letters and queue depths are polled every 15 seconds, normally by one node, so a scrape queries no engine.
 * The value for the cluster is the maximum over its nodes, not the sum.
 */
export const polledGauges = ({ relay, bus, isFirst }: PollTargets, metrics: Metrics, onError: (cause: unknown) => void): PeriodicJob => {
	let dead = 0;
	let depths: ReadonlyMap<string, number> = new Map();
	metrics.gauge(
		{
			name: "tianguis_relay_oldest_unpublished_age_seconds",
			help: "Age of the oldest unpublished commit known to this node; 0 if there is none.",
		},
		() => [{ labels: {}, value: relay.lagMs() / 1_000 }],
	);
	metrics.gauge({ name: "tianguis_dead_letters", help: "Dead letters that wait for an operator." }, () => [{ labels: {}, value: dead }]);
	metrics.gauge({ name: "tianguis_consumer_queue_depth", help: "Events waiting in a consumer's queue.", labels: ["consumer"] }, () =>
		[...depths].map(([consumer, value]) => ({ labels: { consumer }, value })),
	);

	const poll = async (): Promise<void> => {
		const results = await Promise.allSettled([
			bus.countDeadLetters().then((count) => (dead = count)),
			bus.depths?.().then((found) => (depths = found)),
		]);
		for (const result of results) if (result.status === "rejected") onError(result.reason);
	};
	return periodicJob(INTERVAL_MS, byTurns(isFirst, OTHERS_EVERY, poll), onError);
};
