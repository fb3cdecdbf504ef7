import { setTimeout as pause } from "node:timers/promises";
import { ServiceBroker, type Context, type ServiceSchema } from "moleculer";
import { readSettings } from "@config/env";
import { describeWith, engines, freshNamespace } from "@tests/support/engines";
import { eventually } from "@tests/support/world";
import { networkOptions } from ".";
import type { AmqpTransporter } from "./transporter";

/** Known faults of Moleculer's transporter, tested with several brokers of one process over a real RabbitMQ. */
describeWith("rabbitmq", "the AMQP transporter", () => {
	const namespace = freshNamespace();
	const brokers: ServiceBroker[] = [];
	let calls: string[] = [];

	const start = async (nodeID: string, service: ServiceSchema): Promise<ServiceBroker> => {
		const settings = readSettings({ NODE_ENV: "test", NAMESPACE: namespace, AMQP_URL: engines().amqpUrl! });
		const broker = new ServiceBroker({ ...networkOptions(settings), namespace, nodeID, logger: false, requestTimeout: 4_000 });
		broker.options.registry!.stopDelay = 0;
		broker.createService(service);
		brokers.push(broker);
		await broker.start();
		return broker;
	};
	const transporterOf = (broker: ServiceBroker) => broker.transit!.tx as unknown as AmqpTransporter;
	/** Breaks the connection without a disconnect message. */
	const cut = async (broker: ServiceBroker): Promise<void> => {
		const { connection } = transporterOf(broker).connection as { connection: { stream: { destroy(cause: Error): void } } };
		connection.stream.destroy(new Error("the network failed"));
		await eventually(async () => !transporterOf(broker).connected, "the loss of the connection");
	};
	const reconnected = (broker: ServiceBroker, before: unknown) =>
		eventually(async () => transporterOf(broker).connected && transporterOf(broker).connection !== before, "a new connection");

	let a: ServiceBroker;
	let b: ServiceBroker;
	let release: () => void;

	beforeAll(async () => {
		a = await start("a", {
			name: "a",
			dependencies: [],
			actions: {
				echo: (ctx: Context<{ n: number }>) => ctx.params.n,
				viaB: (ctx: Context<{ n: number }>) => ctx.call("b.viaA", { n: ctx.params.n }),
			},
		});
		b = await start("b", {
			name: "b",
			actions: {
				echo: (ctx: Context<{ n: number }>) => ctx.params.n,
				viaA: (ctx: Context<{ n: number }>) => ctx.call("a.echo", { n: ctx.params.n }),
				kinds: (ctx: Context) => ctx.params,
				slow: async (ctx: Context<{ id: string }>) => {
					calls.push(ctx.params.id);
					await new Promise<void>((resolve) => (release = resolve));
					return ctx.params.id;
				},
			},
		});
		await a.waitForServices("b", 5_000);
		await b.waitForServices("a", 5_000);
	});
	beforeEach(() => {
		calls = [];
	});
	afterAll(async () => {
		await Promise.all(brokers.map((broker) => broker.stop()));
	});

	test("sequential calls are not delayed by Nagle's algorithm", async () => {
		const times: number[] = [];
		for (let n = 0; n < 50; n++) {
			const begun = performance.now();
			expect(await a.call("b.echo", { n })).toBe(n);
			times.push(performance.now() - begun);
		}
		expect(times.sort((x, y) => x - y)[25]).toBeLessThan(25); // 41 ms with Nagle's algorithm
	});

	test("nested calls between two nodes succeed concurrently", async () => {
		const all = Array.from({ length: 300 }, (_, n) => n);
		expect(await Promise.all(all.map((n) => a.call("a.viaB", { n })))).toEqual(all);
	});

	test("bytes and dates keep their types", async () => {
		const sent = { bytes: Buffer.from([0, 255]), date: new Date(0), nothing: null };
		expect(await a.call("b.kinds", sent)).toEqual(sent);
	});

	test("a request runs once if its connection breaks meanwhile, and its response arrives", async () => {
		const before = transporterOf(b).connection as unknown;
		const answer = a.call("b.slow", { id: "once" });
		await eventually(async () => calls.length === 1, "the call");
		await cut(b);
		release();
		expect(await answer).toBe("once");
		await reconnected(b, before);
		expect(await a.call("b.echo", { n: 1 })).toBe(1);
		expect(calls).toEqual(["once"]);
	});

	test("a response waits for a caller whose connection was lost", async () => {
		const answer = a.call("b.slow", { id: "wait" });
		await eventually(async () => calls.length === 1, "the call");
		await cut(a);
		release();
		expect(await answer).toBe("wait");
	});

	test("a response waits if the next connection breaks while it is being opened", async () => {
		const transporter = transporterOf(b);
		const { subscribe } = transporter;
		const answer = a.call("b.slow", { id: "late" });
		await eventually(async () => calls.length === 1, "the call");
		let tries = 0;
		transporter.subscribe = () => {
			if (++tries === 1) release();
			return pause(20).then(() => Promise.reject(new Error("the queue went with its last reader")));
		};
		await cut(b);
		await eventually(async () => tries > 20, "some tries");
		transporter.subscribe = subscribe;
		expect(await answer).toBe("late");
	});

	test("calls fail as unavailable if the connection breaks while it is being opened", async () => {
		const transporter = transporterOf(a);
		const { subscribe } = transporter;
		let tries = 0;
		transporter.subscribe = () => Promise.reject(new Error(`Channel ended, ${++tries}`));
		const before = transporter.connection as unknown;
		await cut(a);
		await eventually(async () => tries > 0, "a try");
		await expect(a.call("b.echo", { n: 1 })).rejects.toMatchObject({ type: "BAD_GATEWAY", retryable: true });
		transporter.subscribe = subscribe;
		await reconnected(a, before);
		await eventually(async () => (await a.call("b.echo", { n: 1 }).catch(() => 0)) === 1, "an answer");
	});

	test("a node reconnects if its channel breaks", async () => {
		const before = transporterOf(b).connection as unknown;
		(transporterOf(b).channel as { ack(message: object): void }).ack({ fields: { deliveryTag: 999_999 } });
		await reconnected(b, before);
		await eventually(
			() =>
				a
					.call("b.echo", { n: 2 })
					.then((n) => n === 2)
					.catch(() => false),
			"an answer",
		);
	});

	test("a disconnect message removes a node before its heartbeats time out", async () => {
		const guest = await start("guest", { name: "guest", actions: {} });
		await Promise.all([a, b].map((broker) => broker.waitForServices("guest", 5_000)));
		brokers.splice(brokers.indexOf(guest), 1);
		await guest.stop();
		const isKnown = (broker: ServiceBroker): boolean => broker.registry.nodes.get("guest")?.available ?? false;
		await eventually(() => ![a, b].some(isKnown), "all know that it has left", 2_000);
	});

	test("new and pending calls to a crashed node fail at once", async () => {
		const end = new AbortController();
		const c = await start("c", {
			name: "c",
			actions: { hang: () => pause(60_000, undefined, { signal: end.signal }), echo: () => 1 },
		});
		await a.waitForServices("c", 5_000);
		const hanging = a.call("c.hang").catch((cause: unknown) => cause);
		expect(await a.call("c.echo")).toBe(1);
		brokers.splice(brokers.indexOf(c), 1);
		const transporter = transporterOf(c);
		transporter.connect = () => new Promise(() => undefined); // the crashed node does not reconnect
		await cut(c);
		const begun = performance.now();
		const refused = await eventually(async () => {
			const asked = a.call("c.echo").catch((cause: unknown) => cause);
			return Promise.race([asked, pause(20)]) as Promise<{ type: string } | undefined>;
		}, "a refusal");
		expect(["REQUEST_REJECTED", "SERVICE_NOT_FOUND"]).toContain(refused.type);
		expect(await hanging).toMatchObject({ type: "REQUEST_REJECTED", retryable: true });
		expect(performance.now() - begun).toBeLessThan(2_000);
		transporter.channelDisconnecting = true;
		end.abort();
		await c.stop();
	});
});
