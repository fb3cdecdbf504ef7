import { Type } from "@sinclair/typebox";
import { event, type EventContract } from "@kernel/contract";
import type { CloudEvent } from "@kernel/cloud-event";
import { subscription, type DeadLetters, type EventBus, type Subscription } from "@mixins/events/event-bus";
import { eventually } from "./world";

export const Rang = event("bell.rang", Type.Object({ times: Type.Integer() }));

export const rang = (subject: string, sequence: number, times = sequence): CloudEvent => ({
	specversion: "1.0",
	id: `bell:${subject}:${sequence}:0`,
	source: "/tianguis/bell",
	type: Rang.type,
	subject,
	time: new Date(sequence).toISOString(),
	datacontenttype: "application/json",
	dataschema: "/schemas/events/bell.rang/v1",
	sequence,
	correlationid: "req_1",
	causationid: "req_1",
	data: { times },
});

const consumer = (name: string, handle: (event: CloudEvent<{ times: number }>) => Promise<void>): Subscription<EventContract> =>
	subscription({ name, event: Rang, handle });

/** The contract of every bus. `reopen` returns the bus of a process that starts after the first one crashed or stopped. */
export const busConformance = (
	kind: string,
	makeBus: () => Promise<{ reopen: () => Promise<EventBus & DeadLetters>; elapse: (ms: number) => void; dispose: () => Promise<void> }>,
): void => {
	describe(`the bus: ${kind}`, () => {
		let made: Awaited<ReturnType<typeof makeBus>>;
		beforeEach(async () => {
			made = await makeBus();
		});
		afterEach(() => made.dispose());

		const started = async (...consumers: Subscription<EventContract>[]) => {
			const bus = await made.reopen();
			for (const one of consumers) await bus.subscribe(one);
			await bus.start();
			return bus;
		};

		/** Publishes like the relay: retries until the bus confirms. */
		const publish = (bus: EventBus, events: readonly CloudEvent[]) =>
			eventually(
				() =>
					bus.publish(events).then(
						() => true,
						() => false,
					),
				"they are safe",
			);

		test("each consumer gets each event, in order within a subject", async () => {
			const heard: Record<string, number[]> = {};
			const hear = (name: string) =>
				consumer(name, ({ subject, data }) => Promise.resolve(void (heard[`${name} ${subject}`] ??= []).push(data.times)));
			const bus = await started(hear("one"), hear("two"));
			await publish(
				bus,
				[1, 2, 3].flatMap((times) => [rang("a", times), rang("b", times)]),
			);
			const once = () => Object.values(heard).map((times) => [...new Set(times)]); // an event published twice is received twice
			await eventually(() => once().flat().length === 12, "all is heard");
			for (const times of once()) expect(times).toEqual([1, 2, 3]);
		});

		test("what a consumer could not take comes again, and what is behind it waits", async () => {
			const heard: number[] = [];
			let failures = 2;
			const bus = await started(
				consumer("one", ({ data }) => {
					if (data.times === 1 && failures-- > 0) return Promise.reject(new Error("not now"));
					heard.push(data.times);
					return Promise.resolve();
				}),
			);
			await publish(bus, [rang("a", 1), rang("a", 2), rang("b", 3)]);
			await eventually(() => {
				made.elapse(5_000);
				return heard.length === 3;
			}, "all is heard");
			expect(heard.filter((times) => times !== 3)).toEqual([1, 2]);
			expect(await bus.countDeadLetters()).toBe(0);
		});

		test("what failed is not forgotten by a restart", async () => {
			const first = await started(consumer("one", () => Promise.reject(new Error("not now"))));
			await publish(first, [rang("a", 1)]);
			await first.stop();
			const heard: number[] = [];
			await started(consumer("one", ({ data }) => Promise.resolve(void heard.push(data.times))));
			await eventually(() => {
				made.elapse(5_000);
				return heard.length > 0;
			}, "it comes again");
			expect(heard).toEqual([1]);
		});

		test("what can never be taken is parked, lets the others pass, and can be replayed", async () => {
			let poisoned = true;
			const heard: number[] = [];
			const bus = await started(
				consumer("one", ({ data }) => {
					if (poisoned && data.times === 1) return Promise.reject(new Error("poison"));
					heard.push(data.times);
					return Promise.resolve();
				}),
			);
			await publish(bus, [rang("a", 1), rang("a", 2)]);
			await eventually(async () => {
				made.elapse(3_600_000);
				return (await bus.countDeadLetters()) === 1;
			}, "it is parked");
			const [letter] = await bus.listDeadLetters(10);
			expect(letter).toMatchObject({
				consumer: "one",
				lastError: "poison",
				event: { id: "bell:a:1:0", type: "bell.rang", data: { times: 1 } },
			});
			await eventually(() => {
				made.elapse(1_000);
				return heard.includes(2);
			}, "the next passes");
			poisoned = false;
			expect(await bus.replayDeadLetter(letter!.id)).toBe(true);
			await eventually(() => {
				made.elapse(1_000);
				return heard.includes(1);
			}, "it is replayed");
			expect(await bus.countDeadLetters()).toBe(0);
			expect(await bus.replayDeadLetter(letter!.id)).toBe(false);
		});
	});
};
