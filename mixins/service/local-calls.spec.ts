import { randomBytes } from "node:crypto";
import { Type } from "@sinclair/typebox";
import { ServiceBroker, type Middleware, type ServiceSchema } from "moleculer";
import { resilienceOptions } from "@config/resilience";
import { scopeMiddleware } from "@config/tracing/middleware";
import { action, tryCall, call, type Caller } from "@kernel/contract";
import { reject } from "@kernel/rejection";
import { Strict } from "@kernel/schemas";
import { eventually } from "@tests/support/world";
import { serviceError } from "../errors/service-errors";
import { callFrom } from "./local-calls";
import { LOCAL_FIRST, nodeForKey } from "../actors/placement";
import type { Request } from "./request";
import { currentScope } from "../observability/scope";
import { defineService } from "./define-service";

const Any = Type.Any();
const Key = Strict({ key: Type.String() });

const Stall = {
	answer: action("stall.answer", { params: Key, returns: Any, errors: ["OUT_OF_STOCK", "UNAVAILABLE"], timeoutMs: 2_000 }),
	staff: action("stall.staff", { params: Key, returns: Any, permission: "orders:refund" }),
	slow: action("stall.slow", { params: Key, returns: Any, timeoutMs: 200 }),
	again: action("stall.again", { params: Key, returns: Any, idempotent: true, timeoutMs: 2_000 }),
	narrow: action("stall.narrow", { params: Key, returns: Any, bulkhead: { concurrency: 1, queue: 1 }, timeoutMs: 2_000 }),
	deep: action("stall.deep", { params: Key, returns: Any }),
	placed: action("stall.placed", { params: Key, returns: Any, shardBy: "key" }),
	endless: action("stall.endless", { params: Key, returns: Any, timeoutMs: 0 }),
};
const Front = {
	ask: action("gateway.ask", { params: Strict({ what: Type.String(), key: Type.String() }), returns: Any, timeoutMs: 1_000 }),
};

type What = keyof typeof Stall;
type Handler = (key: string, request: Request, nodeID: string) => unknown;

/** One node with a gateway, a stall or both, and what its stall does. */
interface Node {
	readonly broker: ServiceBroker;
	/** Names of the actions whose calls passed the broker. */
	readonly brokered: string[];
	handler: Handler;
}

const nodes: Node[] = [];

const stall = (node: () => Node): ServiceSchema => {
	const run = async ({ key }: { key: string }, request: Request) => {
		const told = await node().handler(key, request, node().broker.nodeID);
		return told as never;
	};
	const names = Object.keys(Stall) as What[];
	return defineService("stall", Stall, Object.fromEntries(names.map((name) => [name, run])) as never, { clock: () => 0 });
};

const front = (): ServiceSchema =>
	defineService("gateway", Front, { ask: ({ what, key }, { caller }) => call(caller, Stall[what as What], { key }) }, { clock: () => 0 });

interface Options {
	readonly tracing?: boolean;
	readonly namespace?: string;
	readonly hosts?: readonly ("gateway" | "stall")[];
}

const start = async ({ tracing = false, namespace, hosts = ["gateway", "stall"] }: Options = {}): Promise<Node> => {
	const brokered: string[] = [];
	const watch: Middleware = {
		name: "Watch",
		call: (next: unknown) =>
			((...args: [string]) => {
				brokered.push(args[0]);
				return (next as (...args: [string]) => unknown)(...args);
			}) as never,
	};
	const broker = new ServiceBroker({
		...resilienceOptions([scopeMiddleware(tracing), watch], {
			circuit: { threshold: 0.5, minCalls: 4, windowMs: 60_000, openMs: 60_000 },
		}),
		nodeID: `node-${randomBytes(4).toString("hex")}`,
		logger: false,
		dependencyInterval: 20,
		metrics: true,
		tracing: { enabled: tracing },
		tracking: { enabled: true, shutdownTimeout: 300 },
		...(namespace !== undefined && { namespace, transporter: "Fake", transit: { serviceChangedDebounceTime: 0 } as object }),
		registry: { preferLocal: false, strategy: LOCAL_FIRST },
	});
	const node: Node = { broker, brokered, handler: () => ({}) };
	if (hosts.includes("stall")) broker.createService(stall(() => node));
	if (hosts.includes("gateway")) broker.createService(front());
	nodes.push(node);
	await broker.start();
	return node;
};

afterEach(async () => {
	await Promise.all(nodes.splice(0).map(({ broker }) => broker.stop()));
});

const meta = { principal: { kind: "guest" }, requestId: "req-1", locale: "es", seed: "s" };
const asking = ({ broker }: Node, what: What, key = "k", timeout?: number): Promise<unknown> =>
	broker.call("gateway.ask", { what, key }, { meta, ...(timeout !== undefined && { timeout }) });

const outcome = (promise: Promise<unknown>): Promise<unknown> =>
	promise.catch((cause: unknown) => {
		const { name, type, code, data, retryable, message } = cause as Record<string, unknown>;
		return { name, type, code, data, retryable, message };
	});

/** Makes the same call directly and through the broker (which tracing forces). Both must have the same outcome, which is returned. */
const bothWays = async <T>(work: (node: Node) => Promise<T>): Promise<T> => {
	const [direct, brokered] = [await start(), await start({ tracing: true })];
	const [one, other] = [await work(direct), await work(brokered)];
	expect(direct.brokered.filter((name) => name.startsWith("stall."))).toEqual([]);
	expect(brokered.brokered.filter((name) => name.startsWith("stall.")).length).toBeGreaterThan(0);
	expect(one).toEqual(other);
	return one;
};

describe("a call within the process comes to the same as one by the broker", () => {
	test("where it is answered", async () => {
		const seen = await bothWays(async (node) => {
			node.handler = (key, { principal, locale, seed, expected, cause: { actor, correlationId } }) => ({
				...{ key, principal, locale, seed, expected, actor, correlationId },
				requestIdOfLogLines: currentScope()?.requestId,
			});
			return asking(node, "answer");
		});
		expect(seen).toEqual({
			...{ key: "k", principal: { kind: "guest" }, locale: "es", seed: "s", expected: undefined },
			...{ actor: "guest", correlationId: "req-1" },
			requestIdOfLogLines: "req-1",
		});
	});

	test.each<[string, Handler, string]>([
		["refused", () => reject("OUT_OF_STOCK", { errors: [{ path: "/a", message: "b" }] }), "OUT_OF_STOCK"],
		["refused for now", () => reject("UNAVAILABLE", { retryAfterSeconds: 3 }), "UNAVAILABLE"],
		["refused further on", () => Promise.reject(serviceError("PROVIDER_ERROR")), "PROVIDER_ERROR"],
	])("where it is %s", async (_, handler, type) => {
		const failed = await bothWays((node) => {
			node.handler = handler;
			return outcome(asking(node, "answer"));
		});
		expect(failed).toMatchObject({ type });
	});

	test("where something breaks", async () => {
		const failed = await bothWays((node) => {
			node.handler = () => {
				throw new TypeError("x is undefined");
			};
			return outcome(asking(node, "answer"));
		});
		expect(failed).toMatchObject({ name: "TypeError", type: undefined });
	});

	test("where its parameters are wrong", async () => {
		const failed = await bothWays((node) => outcome(callFrom(origin(node), Stall.answer.name, { key: 1, more: 2 })));
		expect(failed).toMatchObject({ type: "VALIDATION_FAILED", code: 400, data: { errors: [{ path: "/more" }, { path: "/key" }] } });
	});

	test("where the gateway calls what its client may not do", async () => {
		const failed = await bothWays((node) => outcome(asking(node, "staff")));
		expect(failed).toMatchObject({ type: "FORBIDDEN" });
	});

	test("where it is not answered in time", async () => {
		const failed = await bothWays((node) => {
			node.handler = () => new Promise(() => undefined);
			return outcome(asking(node, "slow"));
		});
		expect(failed).toMatchObject({ type: "UNAVAILABLE", code: 503, data: { action: "stall.slow", reason: "REQUEST_TIMEOUT" } });
	});

	test("where its caller's time ends before its own", async () => {
		const failed = await bothWays((node) => {
			node.handler = () => new Promise(() => undefined);
			return outcome(asking(node, "answer", "k", 300));
		});
		expect(failed).toMatchObject({ type: "UNAVAILABLE", data: { action: "stall.answer", reason: "REQUEST_TIMEOUT" } });
	});

	test("where it leads to itself without end", async () => {
		const failed = await bothWays((node) => {
			node.handler = (key, { caller }) => call(caller, Stall.deep, { key });
			return outcome(asking(node, "deep"));
		});
		expect(failed).toMatchObject({ type: "UNAVAILABLE", data: { action: "stall.deep", reason: "MAX_CALL_LEVEL" } });
	});

	test("where more want it than its bulkhead lets wait", async () => {
		const answers = await bothWays(async (node) => {
			const gate = Promise.withResolvers<object>();
			node.handler = () => gate.promise;
			const two = [asking(node, "narrow"), asking(node, "narrow")];
			const third = await outcome(asking(node, "narrow"));
			gate.resolve({});
			return [await Promise.all(two), third];
		});
		expect(answers).toMatchObject([[{}, {}], { type: "UNAVAILABLE", data: { reason: "QUEUE_FULL" } }]);
	});

	test("in its metrics", async () => {
		const counted = await bothWays(async (node) => {
			for (let index = 0; index < 3; index++) await asking(node, "answer");
			node.handler = () => reject("OUT_OF_STOCK");
			await outcome(asking(node, "answer"));
			const read = (name: string) =>
				node.broker.metrics
					.getMetric(name)!
					.snapshot()
					.flatMap((one) => {
						const { labels, value, count } = one as unknown as {
							labels: Record<string, string>;
							value?: number;
							count?: number;
						};
						return labels["action"] === "stall.answer" ? [{ labels, value: value ?? count }] : [];
					});
			return ["total", "time", "error.total"].map((name) => read(`moleculer.request.${name}`));
		});
		const labels = { service: "stall", action: "stall.answer", type: "local", caller: "gateway" };
		expect(counted).toEqual([
			[{ labels, value: 4 }],
			[{ labels, value: 4 }],
			[{ labels: { ...labels, errorType: "OUT_OF_STOCK" }, value: 1 }],
		]);
	});
});

const origin = ({ broker }: Node, more: object = {}) => ({ broker, service: null, meta: {}, requestID: null, level: 1, ...more });

test("what may pass is sent again by the broker, where that is harmless", async () => {
	const node = await start();
	let runs = 0;
	node.handler = () => (++runs < 3 ? Promise.reject(serviceError("UNAVAILABLE")) : { runs });
	expect(await asking(node, "again")).toEqual({ runs: 3 });
	expect(node.broker.metrics.getMetric("moleculer.request.retry.attempts.total")!.snapshot()).toMatchObject([{ value: 2 }]);
	expect(node.brokered).toEqual(["gateway.ask", "stall.again", "stall.again"]);
});

test("an error that several calls share, direct and brokered, reaches each of them", async () => {
	const node = await start();
	const shared = serviceError("PROVIDER_ERROR");
	node.handler = () => Promise.reject(shared);
	const brokered = outcome(node.broker.call("stall.answer", { key: "k" }));
	expect(await brokered).toMatchObject({ type: "PROVIDER_ERROR" });
	for (let call = 0; call < 2; call++)
		expect(await outcome(callFrom(origin(node), "stall.answer", { key: "k" }))).toMatchObject({ type: "PROVIDER_ERROR" });
});

test("log lines of a call that comes out of no request name the service", async () => {
	const node = await start();
	node.handler = () => currentScope();
	expect(await callFrom(origin(node), "stall.answer", { key: "k" })).toEqual({ service: "stall", requestId: undefined });
});

test("an action whose circuit has opened is left to the broker, which refuses", async () => {
	const node = await start();
	let runs = 0;
	node.handler = () => {
		runs += 1;
		throw new TypeError("x is undefined");
	};
	for (let index = 0; index < 4; index++) await outcome(asking(node, "answer"));
	expect(await outcome(asking(node, "answer"))).toMatchObject({ type: "UNAVAILABLE", data: { reason: "SERVICE_NOT_AVAILABLE" } });
	expect(runs).toBe(4);
});

test("a caller whose time is up begins nothing", async () => {
	const node = await start();
	const failed = outcome(callFrom(origin(node, { deadlineMs: performance.now() - 1 }), "stall.answer", { key: "k" }));
	expect(await failed).toMatchObject({ type: "REQUEST_SKIPPED" });
});

test("an action without a time limit may call others after its caller has given up", async () => {
	const node = await start();
	const later = Promise.withResolvers<unknown>();
	node.handler = async (key, { caller }) => {
		if (key === "inner") return { key };
		const begun = performance.now();
		await eventually(() => performance.now() > begun + 100);
		later.resolve(outcome(call(caller, Stall.answer, { key: "inner" })));
		return {};
	};
	expect(await outcome(asking(node, "endless", "outer", 50))).toMatchObject({ type: "UNAVAILABLE" });
	expect(await later.promise).toEqual({ key: "inner" });
});

test("ids of calls are never the same", async () => {
	const node = await start();
	const ids = new Set<string>();
	node.handler = (_, { cause }) => ids.add(cause.causationId);
	await Promise.all(Array.from({ length: 100 }, () => asking(node, "answer")));
	expect(ids.size).toBe(100);
});

describe("a service that stops", () => {
	test("is no longer there", async () => {
		const node = await start();
		await asking(node, "answer");
		await node.broker.destroyService("stall");
		expect(await outcome(asking(node, "answer"))).toMatchObject({
			type: "UNAVAILABLE",
			data: { action: "stall.answer", reason: "SERVICE_NOT_AVAILABLE" },
		});
	});

	test("waits for calls that are under way", async () => {
		const node = await start();
		const gate = Promise.withResolvers<object>();
		const order: string[] = [];
		node.handler = () => gate.promise;
		const answer = callFrom(origin(node), "stall.answer", { key: "k" }).then(() => order.push("answered"));
		const stop = node.broker.destroyService("stall").then(() => order.push("stopped"));
		await node.broker.destroyService("gateway"); // which has nothing to wait for
		expect(order).toEqual([]);
		gate.resolve({});
		await Promise.all([answer, stop]);
		expect(order).toEqual(["answered", "stopped"]);
	});
});

describe("where several nodes host an action", () => {
	const pair = async (first: Options["hosts"] = ["gateway", "stall"]): Promise<[Node, Node]> => {
		const namespace = randomBytes(8).toString("hex");
		const here = await start({ namespace, hosts: first });
		const there = await start({ namespace, hosts: ["stall"] });
		const both = first.includes("stall") ? 2 : 1;
		await eventually(() => here.broker.registry.getActionEndpoints("stall.placed")?.count() === both);
		for (const node of [here, there]) node.handler = (_key, _request, nodeID) => nodeID;
		return [here, there];
	};

	test("what is placed goes where its key lives, directly where that is here", async () => {
		const [here, there] = await pair();
		const ids = [{ id: here.broker.nodeID }, { id: there.broker.nodeID }] as const;
		const keys = Array.from({ length: 30 }, (_, index) => `key-${index}`);
		for (const key of keys) expect(await asking(here, "placed", key)).toBe(nodeForKey(ids, key).id);
		const away = keys.filter((key) => nodeForKey(ids, key).id === there.broker.nodeID);
		expect(away.length).toBeGreaterThan(0);
		expect(away.length).toBeLessThan(keys.length);
		expect(here.brokered.filter((name) => name === "stall.placed")).toHaveLength(away.length);
	});

	test("what is placed nowhere stays here", async () => {
		const [here] = await pair();
		for (let index = 0; index < 4; index++) expect(await asking(here, "answer")).toBe(here.broker.nodeID);
		expect(here.brokered).not.toContain("stall.answer");
	});

	test("a node that does not host it shares its calls out evenly", async () => {
		const [here] = await pair(["gateway"]);
		const third = await start({ namespace: here.broker.namespace, hosts: ["stall"] });
		third.handler = (_key, _request, nodeID) => nodeID;
		await eventually(() => here.broker.registry.getActionEndpoints("stall.answer")?.count() === 2);
		const counts = new Map<unknown, number>();
		for (let index = 0; index < 6; index++) {
			const node = await asking(here, "answer");
			counts.set(node, (counts.get(node) ?? 0) + 1);
		}
		expect([...counts.values()]).toEqual([3, 3]);
	});
});

test("a refusal that the contract names is a value to `ask`", async () => {
	const node = await start();
	node.handler = () => reject("OUT_OF_STOCK", { sku: "A" });
	const caller: Caller = { call: (name, params) => callFrom(origin(node), name, params) };
	expect(await tryCall(caller, Stall.answer, { key: "k" })).toEqual({ rejected: "OUT_OF_STOCK", detail: { sku: "A" } });
	expect(node.brokered).toEqual([]);
});
