import { Type } from "@sinclair/typebox";
import { event } from "@kernel/contract";
import type { CloudEvent } from "@kernel/cloud-event";
import { describeMongo, startMongo, type Mongo } from "@tests/support/mongo";
import { eventually } from "@tests/support/world";
import type { Kind } from "../store/port";
import { mongoStore } from "../store/mongo";
import { relay } from "./relay";

const Rang = event("bell.rang", Type.Object({ times: Type.Integer() }));
type BellEvent = { readonly type: "bell.rang"; readonly times: number } | { readonly type: "bell.polished" };
const bells: Kind<object, BellEvent> = {
	name: "bell",
	revision: 1,
	initial: () => ({}),
	evolve: (state) => state,
	fields: {},
	publishes: [Rang.type],
};
/** Deadline for an immediate publication. It is shorter than `LEFT_BEHIND_MS`, so that a sweep cannot meet it. */
const AT_ONCE_MS = 1_500;

describeMongo("the relays of two processes over one MongoDB", () => {
	let mongo: Mongo;
	let database: string;
	let count = 0;
	const closing: (() => Promise<unknown>)[] = [];
	/** Ids of the events that the bus accepted from any process, in the order of arrival. */
	let arrived: string[] = [];

	beforeAll(async () => {
		mongo = await startMongo();
	}, 60_000);
	afterAll(() => mongo.stop());
	beforeEach(() => {
		database = `tianguis_relay_${process.pid}_${count++}`;
		arrived = [];
	});
	afterEach(async () => {
		for (const close of closing.splice(0)) await close();
		await mongo.drop(database);
	});

	const idOf = ({ subject, sequence }: CloudEvent): string => `${subject}${sequence}`;
	/** The accepted events without duplicates. */
	const heard = (): string[] => [...new Set(arrived)];

	/** One process with its store, its relay and a link to the bus that a test can block or break. */
	const node = async () => {
		const store = mongoStore(mongo.url(database), `node${closing.length}`);
		const collection = store.collection(bells);
		await store.open();
		const errors: unknown[] = [];
		const way = { pass: (_: readonly CloudEvent[]): Promise<void> => Promise.resolve() };
		const bus = {
			async publish(events: readonly CloudEvent[]) {
				await way.pass(events);
				arrived.push(...events.map(idOf));
			},
		};
		const made = relay(store, bus, [Rang], Date.now, (cause) => errors.push(cause));
		made.start();
		let open = true;
		const close = async (): Promise<void> => {
			if (!open) return;
			open = false;
			await made.stop();
			await store.close();
		};
		closing.push(close);
		const commit = (id: string, version: number, ...events: BellEvent[]) =>
			collection.commit(id, version - 1, events, {}, { at: Date.now(), actor: "a", correlationId: "req_1", causationId: "c_1" });
		return {
			store,
			collection,
			relay: made,
			errors,
			close,
			ring: (id: string, version: number) => commit(id, version, { type: "bell.rang", times: version }),
			polish: (id: string, version: number) => commit(id, version, { type: "bell.polished" }),
			/** Publications hang until the returned function is called. */
			block() {
				const opened = Promise.withResolvers<undefined>();
				way.pass = () => opened.promise;
				return () => {
					way.pass = () => Promise.resolve();
					opened.resolve(undefined);
				};
			},
			passBy(pass: typeof way.pass) {
				way.pass = pass;
			},
		};
	};
	const sweptBy = ({ relay: one }: { relay: { sweep(): Promise<void> } }, ids: readonly string[]) =>
		eventually(async () => {
			await one.sweep();
			return ids.every((id) => arrived.includes(id));
		}, `${ids.join()} are swept`);

	test("what a process commits is published at once, marked soon, and never again", async () => {
		const one = await node();
		for (const version of [1, 2, 3]) await one.ring("a", version);
		await eventually(() => arrived.length === 3, "they are published", AT_ONCE_MS);
		await one.relay.drained();
		expect(await one.store.unpublished(9)).toEqual([]);
		expect(arrived).toEqual(["a1", "a2", "a3"]);
	});

	test("two processes in turn: each brings what the other has not published yet", async () => {
		const [one, other] = [await node(), await node()];
		const open = one.block();
		await one.ring("a", 1);
		await other.collection.load("a");
		await other.ring("a", 2);
		await eventually(() => heard().length === 2, "the second is published", AT_ONCE_MS);
		expect(heard()).toEqual(["a1", "a2"]);
		await other.polish("a", 3);
		await one.ring("a", 4);
		open();
		await eventually(() => arrived.includes("a4"), "the fourth is published", AT_ONCE_MS);
		expect(heard()).toEqual(["a1", "a2", "a4"]);
	});

	test("the last commits of a dead process come before the next of the same aggregate", async () => {
		const [one, other] = [await node(), await node()];
		const open = one.block();
		await one.ring("a", 1);
		await one.ring("a", 2);
		await other.ring("a", 3);
		await eventually(() => arrived.includes("a3"), "the third is published", AT_ONCE_MS);
		expect(heard()).toEqual(["a1", "a2", "a3"]);
		open();
	});

	test("a sweep finds what a dead process left, once it is old enough, and nothing of the living", async () => {
		const [one, other] = [await node(), await node()];
		const open = one.block();
		await one.ring("a", 1);
		await other.relay.sweep();
		expect(arrived).toEqual([]);
		await sweptBy(other, ["a1"]);
		expect(await other.store.unpublished(9)).toEqual([]);
		open();
	});

	test("a process whose bus is away leaves its commits to the others, and none of its later ones passes them", async () => {
		const [one, other] = [await node(), await node()];
		one.passBy(() => Promise.reject(new Error("the bus is away")));
		await one.ring("a", 1);
		await one.ring("b", 1);
		await eventually(() => one.errors.length > 0, "the publication has failed");
		one.passBy(() => Promise.resolve());
		await one.ring("a", 2);
		await eventually(() => arrived.includes("a2"), "the next is published", AT_ONCE_MS);
		expect(heard()).toEqual(["a1", "a2"]);
		await sweptBy(other, ["b1"]);
	});

	test("a batch that breaks off in the middle comes again whole, in the same order", async () => {
		const one = await node();
		one.passBy((events) => {
			arrived.push(...events.slice(0, 1).map(idOf));
			return Promise.reject(new Error("the connection broke"));
		});
		await Promise.all([one.ring("a", 1), one.ring("b", 1)]);
		await one.ring("a", 2);
		await eventually(() => one.errors.length > 0, "the publication has failed");
		await one.relay.stop();
		const other = await node();
		await sweptBy(other, ["a2", "b1"]);
		expect(heard().filter((id) => id.startsWith("a"))).toEqual(["a1", "a2"]);
	});

	test("what is committed while a sweep publishes comes after what the sweep publishes", async () => {
		const [one, other] = [await node(), await node()];
		const openFirst = one.block();
		await one.ring("a", 1);
		await eventually(async () => (await other.store.unpublished(9, 2_000)).length === 1, "it is old enough");
		const open = other.block();
		const swept = other.relay.sweep();
		await other.ring("a", 2);
		open();
		await swept;
		await eventually(() => arrived.includes("a2"), "the second is published", AT_ONCE_MS);
		expect(heard()).toEqual(["a1", "a2"]);
		openFirst();
	});

	test("the owner that comes late repeats what a sweep has published, and changes no order", async () => {
		const [one, other] = [await node(), await node()];
		const open = one.block();
		await one.ring("a", 1);
		await one.ring("a", 2);
		await sweptBy(other, ["a1", "a2"]);
		await other.ring("a", 3);
		await eventually(() => arrived.includes("a3"), "the third is published", AT_ONCE_MS);
		open();
		await one.relay.drained();
		expect(heard()).toEqual(["a1", "a2", "a3"]);
	});

	test("a stop publishes and marks what was committed before; what comes after it waits for another process", async () => {
		const [one, other] = [await node(), await node()];
		const open = one.block();
		await one.ring("a", 1);
		await one.ring("b", 1);
		const stopping = one.relay.stop();
		await one.ring("a", 2);
		open();
		await stopping;
		expect([...arrived].sort()).toEqual(["a1", "b1"]);
		expect((await other.store.unpublished(9)).map(({ id, version }) => `${id}${version}`)).toEqual(["a2"]);
		await sweptBy(other, ["a2"]);
	});

	test("knows since when the oldest waits", async () => {
		const one = await node();
		expect(one.relay.lagMs()).toBe(0);
		const open = one.block();
		await one.ring("a", 1);
		await eventually(() => one.relay.lagMs() > 0, "it waits");
		open();
		await one.relay.drained();
		expect(one.relay.lagMs()).toBe(0);
	});
});
