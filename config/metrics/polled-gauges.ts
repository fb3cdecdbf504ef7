import type { DeadLetters } from "@mixins/events/event-bus";
import type { Relay } from "@mixins/events/relay";
import { byTurns, periodicJob, type PeriodicJob } from "@mixins/async/periodic-job";
import type { Metrics } from "@mixins/observability/metrics";

const INTERVAL_MS = 15_000;
/** Other nodes than the first look once in so many times: the first may have died unnoticed. */
const OTHERS = 4;

export interface PollTargets {
	readonly relay: Pick<Relay, "lagMs">;
	readonly bus: Pick<DeadLetters, "countDeadLetters"> & {
		/** How many events wait for each consumer. */
		depths?(): Promise<ReadonlyMap<string, number>>;
	};
	/** Whether this node is the one that should look at what all nodes share. */
	readonly isFirst: () => boolean;
}

/**
 * Gauges of what all nodes share. Dead letters and queues are read every 15 seconds, by one node as a rule, so that a scrape asks no engine. The
 * figure of a cluster is the greatest of its nodes, not the sum.
 */
export const polledGauges = ({ relay, bus, isFirst }: PollTargets, metrics: Metrics, onError: (cause: unknown) => void): PeriodicJob => {
	let dead = 0;
	let depths: ReadonlyMap<string, number> = new Map();
	metrics.gauge(
		{
			name: "tianguis_relay_oldest_unpublished_age_seconds",
			help: "Age of the oldest commit that this node knows to be unpublished; 0 where there is none.",
		},
		() => [{ labels: {}, value: relay.lagMs() / 1_000 }],
	);
	metrics.gauge({ name: "tianguis_dead_letters", help: "Dead letters and that wait for an operator." }, () => [
		{ labels: {}, value: dead },
	]);
	metrics.gauge({ name: "tianguis_consumer_queue_depth", help: "Events waiting in a consumer's queue.", labels: ["consumer"] }, () =>
		[...depths].map(([consumer, value]) => ({ labels: { consumer }, value })),
	);

	const look = async (): Promise<void> => {
		const asked = await Promise.allSettled([
			bus.countDeadLetters().then((count) => (dead = count)),
			bus.depths?.().then((found) => (depths = found)),
		]);
		for (const answer of asked) if (answer.status === "rejected") onError(answer.reason);
	};
	return periodicJob(INTERVAL_MS, byTurns(isFirst, OTHERS, look), onError);
};
