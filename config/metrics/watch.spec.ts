import type { Metrics, Read } from "@mixins/metrics";
import { NO_METRICS } from "@mixins/metrics";
import type { Store } from "@mixins/store/port";
import { eventually } from "@tests/support/world";
import { watch } from "./watch";

const NOW = 100_000;

const watching = (parts: {
	unpublished: () => Promise<unknown[]>;
	dead: () => Promise<number>;
	depths?: () => Promise<ReadonlyMap<string, number>>;
}) => {
	const reads = new Map<string, Read<string>>();
	const errors: unknown[] = [];
	const metrics: Metrics = { ...NO_METRICS, gauge: (about, read) => void reads.set(about.name, read as Read<string>) };
	const job = watch(
		{
			stores: new Map([["orders", { unpublished: parts.unpublished } as unknown as Store]]),
			bus: { countDeadLetters: parts.dead, ...(parts.depths && { depths: parts.depths }) } as never,
		},
		metrics,
		() => NOW,
		(cause) => errors.push(cause),
	);
	const read = (name: string) => [...(reads.get(name)?.() ?? [])];
	return { job, errors, read };
};

test("tells the age of what waits, dead letters, and what waits for each consumer", async () => {
	const { job, read } = watching({
		unpublished: () => Promise.resolve([{ meta: { at: NOW - 2_500 } }]),
		dead: () => Promise.resolve(3),
		depths: () => Promise.resolve(new Map([["notifications.refund", 4]])),
	});
	job.start();
	await eventually(() => read("tianguis_dead_letters")[0]?.value === 3);
	expect(read("tianguis_relay_oldest_unpublished_age_seconds")).toEqual([{ labels: { store: "orders" }, value: 2.5 }]);
	expect(read("tianguis_consumer_queue_depth")).toEqual([{ labels: { consumer: "notifications.refund" }, value: 4 }]);
	await job.stop();
});

test("one that cannot be asked is told, and keeps none of the others from being asked", async () => {
	const { job, errors, read } = watching({
		unpublished: () => Promise.reject(new Error("no primary")),
		dead: () => Promise.resolve(3),
	});
	job.start();
	await eventually(() => read("tianguis_dead_letters")[0]?.value === 3);
	await eventually(() => errors.length > 0);
	expect(read("tianguis_relay_oldest_unpublished_age_seconds")).toEqual([{ labels: { store: "orders" }, value: 0 }]);
	await job.stop();
});
