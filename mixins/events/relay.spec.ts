import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { event } from "@kernel/contract";
import type { CloudEvent } from "@kernel/cloud-event";
import { eventually } from "@tests/support/world";
import type { Kind, Store } from "../store/port";
import { sqliteStore } from "../store/sqlite";
import type { EventBus } from "./event-bus";
import { relay } from "./relay";

const Rang = event("bell.rang", Type.Object({ times: Type.Integer() }));
type BellEvent = { readonly type: "bell.rang"; readonly times: number; readonly secret: string } | { readonly type: "bell.polished" };
const bells: Kind<object, BellEvent> = {
	name: "bell",
	revision: 1,
	initial: () => ({}),
	evolve: (state) => state,
	fields: {},
	publishes: [Rang.type],
};

describe("the relay", () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "tianguis-relay-"));
	});
	afterEach(() => {
		rmSync(folder, { recursive: true });
	});

	const openStore = async () => {
		const store = sqliteStore(join(folder, "store.db"));
		const collection = store.collection(bells);
		await store.open();
		return { store, collection };
	};
	const busOf = (publish: EventBus["publish"]): EventBus => ({
		publish,
		subscribe: () => Promise.resolve(),
		start: () => Promise.resolve(),
		stop: () => Promise.resolve(),
		depths: () => Promise.resolve(new Map()),
	});
	const relayOf = (store: Store, bus: EventBus, errors: unknown[] = []) =>
		relay(
			store,
			bus,
			[Rang],
			() => 5,
			(cause) => errors.push(cause),
		);
	const ring = (collection: Awaited<ReturnType<typeof openStore>>["collection"], id: string, version: number) =>
		collection.commit(
			id,
			version - 1,
			[{ type: "bell.polished" }, { type: "bell.rang", times: version, secret: "s" }],
			{},
			{ at: version, actor: "a", correlationId: "req_1", causationId: "c_1" },
		);

	test("publishes what is public, as the contract declares it, and nothing else", async () => {
		const { store, collection } = await openStore();
		const published: CloudEvent[] = [];
		const carrying = relayOf(
			store,
			busOf((events) => Promise.resolve(void published.push(...events))),
		);
		carrying.start();
		await ring(collection, "a", 1);
		await eventually(() => published.length === 1, "it is published");
		expect(published).toEqual([
			{
				specversion: "1.0",
				id: "bell:a:1:1",
				source: "/tianguis/bell",
				type: "bell.rang",
				subject: "a",
				time: "1970-01-01T00:00:00.001Z",
				datacontenttype: "application/json",
				dataschema: "/schemas/events/bell.rang/v1",
				sequence: 1,
				correlationid: "req_1",
				causationid: "c_1",
				data: { times: 1 },
			},
		]);
		await carrying.drained();
		expect(carrying.lagMs()).toBe(0);
		await carrying.stop();
		await store.close();
	});

	test("what the bus did not take is published again, in order, and nothing is skipped", async () => {
		const { store, collection } = await openStore();
		const published: number[] = [];
		const errors: unknown[] = [];
		let failures = 2;
		const carrying = relayOf(
			store,
			busOf((events) => {
				if (failures-- > 0) return Promise.reject(new Error("the bus is down"));
				published.push(...events.map(({ sequence }) => sequence));
				return Promise.resolve();
			}),
			errors,
		);
		carrying.start();
		for (let version = 1; version <= 5; version++) await ring(collection, "a", version);
		await eventually(() => published.length >= 5, "all is published");
		expect(published).toEqual([1, 2, 3, 4, 5]);
		expect(errors).toHaveLength(2);
		await carrying.stop();
		await store.close();
	});

	test("a process that died before it marked them publishes them again after its restart", async () => {
		const first = await openStore();
		await ring(first.collection, "a", 1);
		const published: string[] = [];
		first.store.markPublished = () => Promise.reject(new Error("killed here"));
		const dying = relayOf(
			first.store,
			busOf((events) => Promise.resolve(void published.push(...events.map(({ id }) => id)))),
		);
		dying.start();
		await eventually(() => published.length > 0, "it is published");
		await dying.stop();
		await first.store.close();
		const second = await openStore();
		const carrying = relayOf(
			second.store,
			busOf((events) => Promise.resolve(void published.push(...events.map(({ id }) => id)))),
		);
		carrying.start();
		await carrying.drained();
		expect(new Set(published)).toEqual(new Set(["bell:a:1:1"]));
		expect(published.length).toBeGreaterThan(1);
		await carrying.stop();
		await second.store.close();
	});
});
