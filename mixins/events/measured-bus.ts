import type { DeadLetters, EventBus } from "./event-bus";
import { DURATION_BUCKETS, type Metrics } from "../observability/metrics";

/** Measures the duration of successful handler runs and counts failed ones. Each failed attempt of a delivery counts. */
export const measuredBus = <Bus extends EventBus & DeadLetters>(bus: Bus, metrics: Metrics): Bus => {
	const labels = ["consumer"] as const;
	const seconds = metrics.histogram({
		name: "tianguis_consumer_duration_seconds",
		help: "Event handler duration.",
		labels,
		buckets: DURATION_BUCKETS,
	});
	const failures = metrics.counter({
		name: "tianguis_consumer_failures_total",
		help: "Failed event deliveries, including those that are retried.",
		labels,
	});

	return {
		...bus,
		subscribe(subscription) {
			const ofConsumer = { consumer: subscription.name };
			const [took, failed] = [seconds.labels(ofConsumer), failures.labels(ofConsumer)];
			return bus.subscribe({
				...subscription,
				async handle(event) {
					const begun = performance.now();
					try {
						await subscription.handle(event);
					} catch (cause) {
						failed();
						throw cause;
					}
					took((performance.now() - begun) / 1_000);
				},
			});
		},
	};
};
