import type { Metrics, Read } from "@mixins/observability/metrics";
import { NO_METRICS } from "@mixins/observability/metrics";
import { eventually } from "@tests/support/world";
import { polledGauges } from "./polled-gauges";

const watching = (parts: {
	lagMs?: number;
	dead: () => Promise<number>;
	depths?: () => Promise<ReadonlyMap<string, number>>;
	isFirst?: () => boolean;
}) => {
	const reads = new Map<string, Read<string>>();
	const errors: unknown[] = [];
	const metrics: Metrics = { ...NO_METRICS, gauge: (about, read) => void reads.set(about.name, read as Read<string>) };
	const job = polledGauges(
		{
			relay: { lagMs: () => parts.lagMs ?? 0 },
			bus: { countDeadLetters: parts.dead, ...(parts.depths && { depths: parts.depths }) },
			isFirst: parts.isFirst ?? (() => true),
		},
		metrics,
		(cause) => errors.push(cause),
	);
	const read = (name: string) => [...(reads.get(name)?.() ?? [])];
	return { job, errors, read };
};

test("reports relay lag, dead letters and queue depths", async () => {
	const { job, read } = watching({
		lagMs: 2_500,
		dead: () => Promise.resolve(3),
		depths: () => Promise.resolve(new Map([["notifications.refund", 4]])),
	});
	job.start();
	await eventually(() => read("tianguis_dead_letters")[0]?.value === 3);
	expect(read("tianguis_relay_oldest_unpublished_age_seconds")).toEqual([{ labels: {}, value: 2.5 }]);
	expect(read("tianguis_consumer_queue_depth")).toEqual([{ labels: { consumer: "notifications.refund" }, value: 4 }]);
	await job.stop();
});

test("reports a failed query and still runs the others", async () => {
	const { job, errors, read } = watching({
		dead: () => Promise.reject(new Error("no primary")),
		depths: () => Promise.resolve(new Map([["notifications.refund", 4]])),
	});
	job.start();
	await eventually(() => read("tianguis_consumer_queue_depth")[0]?.value === 4);
	await eventually(() => errors.length > 0);
	expect(read("tianguis_dead_letters")).toEqual([{ labels: {}, value: 0 }]);
	await job.stop();
});

test("does not poll at once on other nodes than the preferred host", async () => {
	let asked = 0;
	const { job } = watching({ dead: () => Promise.resolve(++asked), isFirst: () => false });
	job.start();
	job.wake();
	await job.stop();
	expect(asked).toBe(0);
});
