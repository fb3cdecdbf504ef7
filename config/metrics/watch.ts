import type { Clock } from "@kernel/clock";
import type { DeadLetters } from "@mixins/events/bus";
import { job, type Job } from "@mixins/jobs";
import type { Metrics } from "@mixins/metrics";
import type { Store } from "@mixins/store/port";

const EVERY_MS = 5_000;

export interface Watched {
	/** Those whose facts are carried to others, by their names. */
	readonly stores: ReadonlyMap<string, Store>;
	readonly bus: DeadLetters & { /** How many events wait for each consumer. */ depths?(): Promise<ReadonlyMap<string, number>> };
}

/**
 * What has to be asked for: it is looked at every five seconds, so that a scrape waits for nobody. Asked of the stores themselves, and not of the
 * relay: it is the relay that may be ill. Every node tells of what all share, so the figure of a cluster is the greatest, not the sum.
 */
export const watch = ({ stores, bus }: Watched, metrics: Metrics, clock: Clock, onError: (cause: unknown) => void): Job => {
	/** When the oldest commit that waits was made. */
	const oldest = new Map<string, number>();
	let dead = 0;
	let depths: ReadonlyMap<string, number> = new Map();
	metrics.gauge(
		{
			name: "tianguis_relay_oldest_unpublished_age_seconds",
			help: "Age of the oldest commit whose events have not been published; 0 where none waits.",
			labels: ["store"],
		},
		() =>
			[...stores.keys()].map((store) => {
				const since = oldest.get(store);
				return { labels: { store }, value: since === undefined ? 0 : Math.max(0, clock() - since) / 1_000 };
			}),
	);
	metrics.gauge({ name: "tianguis_dead_letters", help: "Events that a consumer could not take and that wait for an operator." }, () => [
		{ labels: {}, value: dead },
	]);

	metrics.gauge({ name: "tianguis_consumer_queue_depth", help: "Events that wait for a consumer.", labels: ["consumer"] }, () =>
		[...depths].map(([consumer, value]) => ({ labels: { consumer }, value })),
	);

	const look = async (): Promise<void> => {
		const asked = await Promise.allSettled([
			bus.countDeadLetters().then((count) => (dead = count)),
			bus.depths?.().then((found) => (depths = found)),
			...[...stores].map(async ([name, store]) => {
				const [first] = await store.unpublished(1);
				if (first) oldest.set(name, first.meta.at);
				else oldest.delete(name);
			}),
		]);
		for (const answer of asked) if (answer.status === "rejected") onError(answer.reason);
	};

	return job(EVERY_MS, look, onError);
};
