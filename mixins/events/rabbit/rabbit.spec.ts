import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Connection } from "rabbitmq-client";
import { Type } from "@sinclair/typebox";
import { event } from "@kernel/contract";
import type { CloudEvent } from "@kernel/cloud-event";
import { busConformance, Rang, rang } from "@tests/support/bus-conformance";
import { describeWith, engines, freshNamespace } from "@tests/support/engines";
import { eventually } from "@tests/support/world";
import type { Store } from "../../store/port";
import { sqliteStore } from "../../store/sqlite";
import { subscription, type DeadLetters, type EventBus } from "../event-bus";
import { rabbitBus } from ".";
import type { Consumer } from "./topology";

const NAMES = ["one", "two"];

/** Creates the buses of one cluster, which share a namespace and a store. */
const market = () => {
	const folder = mkdtempSync(join(tmpdir(), "tianguis-bus-"));
	const namespace = freshNamespace();
	const url = engines().amqpUrl!;
	let now = 1_000_000;
	let store: Store | undefined;
	const buses: EventBus[] = [];
	const errors: unknown[] = [];

	const bus = (
		over: Store,
		at = url,
		consumers: readonly Consumer[] = NAMES.map((name) => ({ name, event: Rang })),
	): EventBus & DeadLetters => {
		const made = rabbitBus({
			url: at,
			namespace,
			consumers,
			store: over,
			clock: () => now,
			onError: (cause) => errors.push(cause),
			onTrouble: () => undefined,
		});
		buses.push(made);
		return made;
	};
	return {
		namespace,
		url,
		errors,
		bus,
		async store() {
			await store?.close();
			store = sqliteStore(join(folder, "store.db"));
			return store;
		},
		elapse: (ms: number) => {
			now += ms;
		},
		async dispose() {
			await Promise.all(buses.map((one) => one.stop()));
			await store?.close();
			const connection = new Connection(url);
			await Promise.all([...NAMES, "events.dead"].map((name) => connection.queueDelete(`${namespace}.${name}`)));
			await Promise.all(["events", "events.dead"].map((name) => connection.exchangeDelete({ exchange: `${namespace}.${name}` })));
			await connection.close();
			rmSync(folder, { recursive: true });
		},
	};
};

describeWith("rabbitmq", "over RabbitMQ", () => {
	busConformance("quorum queues", () => {
		const all = market();
		return Promise.resolve({
			async reopen() {
				const store = await all.store();
				const bus = all.bus(store);
				await store.open();
				return bus;
			},
			elapse: all.elapse,
			dispose: all.dispose,
		});
	});

	describe("what only it can meet", () => {
		let all: ReturnType<typeof market>;
		beforeEach(() => {
			all = market();
		});
		afterEach(() => all.dispose());

		const opened = async () => {
			const store = await all.store();
			const bus = all.bus(store);
			await store.open();
			return { store, bus };
		};
		const hearing = (name: string, handle: (event: CloudEvent) => Promise<void>) => subscription({ name, event: Rang, handle });

		test("what was published before its consumer ever ran is kept for it", async () => {
			const { bus } = await opened();
			await bus.publish([rang("a", 1)]);
			const heard: unknown[] = [];
			await bus.subscribe(hearing("one", ({ id }) => Promise.resolve(void heard.push(id))));
			await bus.start();
			await eventually(() => heard.length === 1, "it is heard");
			expect(heard).toEqual(["bell:a:1:0"]);
		});

		test("an event that no consumer wants is done; one whose queue is gone is not", async () => {
			const { bus } = await opened();
			await bus.publish([{ ...rang("a", 1), type: "bell.polished" }]);
			const connection = new Connection(all.url);
			await bus.publish([rang("a", 1)]);
			await Promise.all(NAMES.map((name) => connection.queueDelete(`${all.namespace}.${name}`)));
			await connection.close();
			await expect(bus.publish([rang("a", 2)])).rejects.toThrow(/no queue/);
			await bus.publish([rang("a", 2)]);
		});

		test("an event never passes an earlier one of its subject that could not be published", async () => {
			const { store } = await opened();
			const Polished = event("bell.polished", Type.Object({}));
			const bus = all.bus(store, all.url, [
				{ name: "one", event: Rang },
				{ name: "two", event: Polished },
			]);
			const polished = { ...rang("a", 2), type: Polished.type };
			await bus.publish([{ ...polished, id: "bell:a:0:0", sequence: 0 }]);
			const connection = new Connection(all.url);
			const waiting = async () => (await connection.queueDeclare({ queue: `${all.namespace}.two`, passive: true })).messageCount;
			await connection.queueDelete(`${all.namespace}.one`);
			await expect(bus.publish([rang("a", 1), polished])).rejects.toThrow(/no queue/);
			expect(await waiting()).toBe(1);
			await bus.publish([rang("a", 1), polished]);
			await eventually(async () => (await waiting()) === 2, "both are there");
			await connection.close();
		});

		test("what a newer program consumes is published by this one", async () => {
			const { bus } = await opened();
			const connection = new Connection(all.url);
			const queue = `${all.namespace}.two`;
			await bus.publish([rang("a", 1)]);
			await connection.queueBind({ exchange: `${all.namespace}.events`, queue, routingKey: "bell.polished" });
			const before = (await connection.queueDeclare({ queue, passive: true })).messageCount;
			await bus.publish([{ ...rang("a", 2), type: "bell.polished" }]);
			await eventually(
				async () => (await connection.queueDeclare({ queue, passive: true })).messageCount === before + 1,
				"it has come to the queue",
			);
			await connection.close();
		});

		test("of two processes one takes the events, and the other all that it left", async () => {
			const store = await all.store();
			const line = await wire(all.url);
			const shared = { ...store, exclusive: false };
			const [first, second] = [all.bus(shared, line.url), all.bus(shared)];
			await store.open();
			const never = Promise.withResolvers<undefined>();
			const takenByFirst: string[] = [];
			await first.subscribe(
				hearing("one", ({ id }) => {
					takenByFirst.push(id);
					return id === "bell:a:2:0" ? never.promise : Promise.resolve();
				}),
			);
			await first.start();
			await first.publish([rang("a", 1), rang("a", 2), rang("a", 3)]);
			await eventually(() => takenByFirst.length === 2, "the first has begun with the second event");
			const heard: string[] = [];
			await second.subscribe(hearing("one", ({ id }) => Promise.resolve(void heard.push(id))));
			await second.start();
			expect(heard).toEqual([]);
			await line.cut();
			await eventually(() => heard.includes("bell:a:3:0"), "the second takes over");
			// The acknowledgement of the first event may have been lost, in which case the event is delivered again.
			expect(heard.filter((id) => id !== "bell:a:1:0")).toEqual(["bell:a:2:0", "bell:a:3:0"]);
			never.resolve(undefined);
		});

		test("an event that kills whoever takes it ends among the dead letters", async () => {
			const { bus } = await opened();
			await bus.publish([rang("a", 1), rang("a", 2)]);
			for (let death = 0; death <= 20; death++) {
				const dying = new Connection(all.url);
				const channel = await dying.acquire();
				const taken = Promise.withResolvers<unknown>();
				await channel.basicQos({ prefetchCount: 1 });
				await channel.basicConsume({ queue: `${all.namespace}.one` }, ({ body }) => {
					taken.resolve((body as CloudEvent).id);
				});
				expect(await taken.promise).toBe("bell:a:1:0");
				dying.on("error", () => undefined).unsafeDestroy();
			}
			const heard: string[] = [];
			await bus.subscribe(hearing("one", ({ id }) => Promise.resolve(void heard.push(id))));
			await bus.start();
			await eventually(async () => (await bus.countDeadLetters()) === 1, "it is buried");
			expect(await bus.listDeadLetters(2)).toMatchObject([{ consumer: "one", event: { id: "bell:a:1:0" } }]);
			await eventually(() => heard.length === 1, "the next passes");
			expect(heard).toEqual(["bell:a:2:0"]);
		}, 30_000);

		test("while the server is away nothing is taken for published", async () => {
			const { store } = await opened();
			const away = all.bus(store, "amqp://127.0.0.1:9");
			await expect(away.publish([rang("a", 1)])).rejects.toThrow();
		}, 20_000);

		test("says how many events wait for each of its consumers", async () => {
			const { bus } = await opened();
			await bus.subscribe(hearing("one", () => Promise.resolve()));
			await bus.publish([rang("a", 1), rang("a", 2)]);
			expect(await bus.depths()).toEqual(new Map([["one", 2]]));
		});
	});
});

/** A TCP proxy to the server. `cut` closes its connections for good, as if the client process had crashed. */
const wire = async (url: string) => {
	const { hostname, port } = new URL(url);
	const ends = new Set<Socket>();
	const server = createServer((near) => {
		const far = connect(Number(port), hostname);
		for (const [from, to] of [
			[near, far],
			[far, near],
		] as const) {
			ends.add(from);
			from.on("error", () => undefined).pipe(to);
		}
	});
	await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
	const at = new URL(url);
	at.port = String((server.address() as AddressInfo).port);
	return {
		url: at.href,
		cut: async () => {
			for (const end of ends) end.destroy();
			await new Promise((closed) => server.close(closed));
		},
	};
};
