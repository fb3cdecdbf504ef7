import { boundedLabel, DURATION_BUCKETS, type Count, type Metrics } from "../observability/metrics";
import type { Collection, EventCounter, Kind, Store } from "./port";

const BATCHES = [1, 2, 4, 8, 16, 32, 64, 128, 256];

const counters = <Event>(metrics: Metrics, counted: Kind<never, Event>["counters"] = {}): ReadonlyMap<string, (event: Event) => void> =>
	new Map(
		Object.entries<EventCounter<Event>>(counted).map(([type, { name, help, label }]) => {
			if (!label) {
				const count = metrics.counter({ name, help }).labels({});
				return [type, () => count()];
			}
			const counter = metrics.counter({ name, help, labels: [label.name] });
			const words = new Map<string, Count>([...label.words, "other"].map((word) => [word, counter.labels({ [label.name]: word })]));
			return [type, (event) => words.get(boundedLabel(label.words, label.of(event)))?.()];
		}),
	);

/**
 * Measures commits. Each one counts once, on the node that made it, so sums over nodes are correct even if a request is repeated.
 * Event counters cover confirmed commits only. A commit with an unknown outcome counts as a failure.
 */
export const measuredStore = (store: Store, metrics: Metrics): Store => {
	const labels = ["kind"] as const;
	const conflicts = metrics.counter({
		name: "tianguis_commit_conflicts_total",
		help: "Commits rejected by a version conflict.",
		labels,
	});
	const seconds = metrics.histogram({
		name: "tianguis_commit_duration_seconds",
		help: "Time until a commit is durable.",
		labels,
		buckets: DURATION_BUCKETS,
	});
	const failures = metrics.counter({
		name: "tianguis_commit_failures_total",
		help: "Commits that failed or have an unknown outcome.",
		labels,
	});
	const batches = metrics.histogram({
		name: "tianguis_actor_batch_size",
		help: "Commands and reads processed in one actor batch.",
		labels,
		buckets: BATCHES,
	});
	const full = metrics.counter({
		name: "tianguis_actor_mailbox_full_total",
		help: "Commands and reads rejected because the actor's mailbox was full.",
		labels,
	});

	const collection = <State, Event>(kind: Kind<State, Event>): Collection<State, Event> => {
		const inner = store.collection(kind);
		const ofKind = { kind: kind.name };
		const [lost, took, failed] = [conflicts.labels(ofKind), seconds.labels(ofKind), failures.labels(ofKind)];
		const counted = counters(metrics, kind.counters);
		return {
			...inner,
			async commit(id, expected, events, state, meta) {
				const begun = performance.now();
				let written: boolean;
				try {
					written = await inner.commit(id, expected, events, state, meta);
				} catch (cause) {
					failed();
					throw cause;
				}
				if (!written) {
					lost();
					return false;
				}
				took((performance.now() - begun) / 1_000);
				if (counted.size > 0) for (const event of events) counted.get((event as { type: string }).type)?.(event);
				return true;
			},
			meter: {
				observeStats(load) {
					metrics.gauge({ name: "tianguis_actors_active", help: "Active actors on this node.", labels }, () => [
						{ labels: ofKind, value: load().living },
					]);
					metrics.gauge(
						{
							name: "tianguis_actor_mailbox_depth",
							help: "Messages waiting in actor mailboxes on this node.",
							labels,
						},
						() => [{ labels: ofKind, value: load().waiting }],
					);
				},
				batch: batches.labels(ofKind),
				full: full.labels(ofKind),
			},
		};
	};

	return { ...store, collection };
};
