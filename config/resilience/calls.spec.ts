import { randomBytes } from "node:crypto";
import { Type } from "@sinclair/typebox";
import { ServiceBroker, type ServiceSchema } from "moleculer";
import { action, tryCall, call } from "@kernel/contract";
import { reject } from "@kernel/rejection";
import { serviceError } from "@mixins/errors/service-errors";
import { defineService } from "@mixins/service/define-service";
import { eventually } from "@tests/support/world";
import { resilienceOptions } from ".";
import type { ResilienceOptions } from "./guards";

const any = { params: Type.Object({}, { additionalProperties: false }), returns: Type.Any() };

/** Actions with different limits. */
const Target = {
	sure: action("target.sure", { ...any, idempotent: true, timeoutMs: 1_500 }),
	once: action("target.once", { ...any, errors: ["OUT_OF_STOCK", "PROVIDER_ERROR", "UNAVAILABLE"], timeoutMs: 1_500 }),
	slow: action("target.slow", { ...any, timeoutMs: 150 }),
	narrow: action("target.narrow", { ...any, errors: ["UNAVAILABLE"], bulkhead: { concurrency: 2, queue: 1 }, timeoutMs: 400 }),
};
/** Actions that call the target service. */
const Middle = {
	brief: action("middle.brief", { ...any, timeoutMs: 300 }),
	patient: action("middle.patient", { ...any, idempotent: true, timeoutMs: 2_000 }),
};

type Handler = (call: { readonly nodeID: string; readonly run: number }) => unknown;

interface Setup {
	readonly runs: Record<string, number>;
	handler: Handler;
	/** The action that the middle service calls. */
	wants: keyof typeof Target;
}

const brokers: ServiceBroker[] = [];
const newSetup = (): Setup => ({ runs: {}, handler: () => ({}), wants: "sure" });

const target = (here: Setup, nodeID: string): ServiceSchema => {
	const run = (name: string) => async () => {
		here.runs[name] = (here.runs[name] ?? 0) + 1;
		return (await here.handler({ nodeID, run: here.runs[name] })) as never;
	};
	return defineService(
		"target",
		Target,
		{ sure: run("sure"), once: run("once"), slow: run("slow"), narrow: run("narrow") },
		{ clock: Date.now },
	);
};

const middle = (here: Setup): ServiceSchema => {
	const pass = (name: string) => async (_: object, request: { caller: Parameters<typeof call>[0] }) => {
		here.runs[name] = (here.runs[name] ?? 0) + 1;
		return (await call(request.caller, Target[here.wants], {})) as never;
	};
	return defineService("middle", Middle, { brief: pass("brief"), patient: pass("patient") }, { clock: Date.now });
};

/** Nodes that see each other, each with its services. */
const nodes = async (options: ResilienceOptions, ...hosted: ((nodeID: string) => ServiceSchema[])[]): Promise<ServiceBroker[]> => {
	const namespace = randomBytes(8).toString("hex");
	const made = hosted.map((host, index) => {
		const nodeID = `node-${index}`;
		const broker = new ServiceBroker({
			...resilienceOptions([], options),
			namespace,
			nodeID,
			logger: false,
			dependencyInterval: 20,
			transit: { serviceChangedDebounceTime: 0 } as object,
			heartbeatInterval: 60,
			heartbeatTimeout: 120,
			metrics: true,
			tracking: { enabled: true, shutdownTimeout: 100 },
			...(hosted.length > 1 && { transporter: "Fake" }),
			registry: { preferLocal: false },
		});
		for (const schema of host(nodeID)) broker.createService(schema);
		return broker;
	});
	brokers.push(...made);
	await Promise.all(made.map((broker) => broker.start()));
	await Promise.all(made.map((broker) => broker.waitForServices("target", 5_000, 20)));
	return made;
};

afterEach(async () => {
	await Promise.all(brokers.splice(0).map((broker) => broker.stop()));
});

const outcome = async (promise: Promise<unknown>) => promise.catch((cause: unknown) => cause) as Promise<Record<string, unknown>>;
const never = () => new Promise(() => undefined);
const passing = () => serviceError("UNAVAILABLE");
const unexpected = (): never => {
	throw new TypeError("undefined is not a function");
};

describe("a call that times out", () => {
	test.each([
		["on this node", 1],
		["on another node", 2],
	])("%s ends with UNAVAILABLE", async (_, count) => {
		const here = newSetup();
		here.handler = never;
		const [first] = await nodes({}, ...[() => [], (id: string) => [target(here, id)]].slice(2 - count));
		const begun = performance.now();
		const failed = await outcome(call(first!, Target.slow, {}));
		expect(failed).toMatchObject({ type: "UNAVAILABLE", code: 503, data: { reason: "REQUEST_TIMEOUT", retryAfterSeconds: 1 } });
		expect(performance.now() - begun).toBeLessThan(1_000);
		expect(first!.transit?.pendingRequests.size ?? 0).toBe(0);
	});

	test("is limited by the remaining time of its caller", async () => {
		const here = newSetup();
		const left: unknown[] = [];
		here.handler = never;
		here.wants = "sure";
		const [first, second] = await nodes(
			{},
			() => [middle(here)],
			(id) => [target(here, id)],
		);
		const inner = second!.getLocalService("target");
		const receive = inner.broker.transit!.requestHandler.bind(inner.broker.transit);
		inner.broker.transit!.requestHandler = ((payload: { timeout: unknown }) => {
			left.push(payload.timeout);
			return receive(payload as never);
		}) as never;
		const begun = performance.now();
		const failed = await outcome(call(first!, Middle.brief, {}));
		const took = performance.now() - begun;
		expect(failed).toMatchObject({ type: "UNAVAILABLE", data: { action: "target.sure", reason: "REQUEST_TIMEOUT" } });
		expect(took).toBeLessThan(1_000);
		expect(left).toHaveLength(1);
		expect(left[0]).toBeLessThan(300);
	});

	test("is limited by its own contract, even if its caller has more time", async () => {
		const here = newSetup();
		here.handler = never;
		here.wants = "slow";
		const [only] = await nodes({}, (id) => [target(here, id), middle(here)]);
		const begun = performance.now();
		expect(await outcome(call(only!, Middle.patient, {}))).toMatchObject({ data: { action: "target.slow" } });
		expect(performance.now() - begun).toBeLessThan(1_000);
	});

	test("is not retried, because all attempts share its time", async () => {
		const here = newSetup();
		here.handler = never;
		const [only] = await nodes({}, (id) => [target(here, id)]);
		await outcome(call(only!, Target.sure, {}));
		expect(here.runs).toEqual({ sure: 1 });
	});
});

describe("a transient error", () => {
	test("is retried if the action is idempotent", async () => {
		const here = newSetup();
		here.handler = ({ run }) => (run < 3 ? Promise.reject(passing()) : { run });
		const [only] = await nodes({}, (id) => [target(here, id)]);
		expect(await call(only!, Target.sure, {})).toEqual({ run: 3 });
		expect(only!.metrics.getMetric("moleculer.request.retry.attempts.total")!.snapshot()).toMatchObject([{ value: 2 }]);
	});

	test("is not retried if the action is not idempotent", async () => {
		const here = newSetup();
		here.handler = () => Promise.reject(passing());
		const [only] = await nodes({}, (id) => [target(here, id)]);
		expect(await outcome(call(only!, Target.once, {}))).toMatchObject({ type: "UNAVAILABLE" });
		expect(here.runs).toEqual({ once: 1 });
	});

	test("is retried at one level only, with at most four attempts", async () => {
		const here = newSetup();
		here.handler = () => Promise.reject(passing());
		const [first] = await nodes(
			{},
			() => [],
			() => [middle(here)],
			(id) => [target(here, id)],
		);
		await first!.waitForServices("middle", 5_000, 20);
		expect(await outcome(call(first!, Middle.patient, {}))).toMatchObject({ type: "UNAVAILABLE", retryable: false });
		expect(here.runs).toEqual({ patient: 1, sure: 4 });
	});

	test("is not retried beyond the retry budget", async () => {
		const here = newSetup();
		here.handler = () => Promise.reject(passing());
		const [only] = await nodes({ retryBudget: { perCall: 0.1, perSecond: 0, most: 5 } }, (id) => [target(here, id)]);
		for (let batch = 0; batch < 10; batch++) await Promise.all(Array.from({ length: 10 }, () => outcome(call(only!, Target.sure, {}))));
		expect(here.runs["sure"]).toBeGreaterThan(100);
		expect(here.runs["sure"]).toBeLessThanOrEqual(100 + 5 + 0.1 * 100);
	});

	test("does not include rejections", async () => {
		const here = newSetup();
		here.handler = () => reject("OUT_OF_STOCK");
		const [only] = await nodes({}, (id) => [target(here, id)]);
		expect(await outcome(call(only!, Target.sure, {}))).toMatchObject({ type: "OUT_OF_STOCK" });
		expect(here.runs).toEqual({ sure: 1 });
	});
});

describe("a node that crashes during a call", () => {
	const callCrashingNode = async (name: "sure" | "once") => {
		const here = newSetup();
		const [first] = await nodes(
			{},
			() => [],
			(id) => [target(here, id)],
			(id) => [target(here, id)],
		);
		await eventually(() => first!.registry.getActionEndpoints(`target.${name}`)?.count() === 2);
		here.handler = ({ nodeID, run }) => {
			if (run > 1) return { nodeID };
			first!.registry.nodes.disconnected(nodeID, true);
			return never();
		};
		const answer = await outcome(call(first!, Target[name], {}));
		return { answer, runs: here.runs, pending: first!.transit!.pendingRequests.size };
	};

	test("leaves an idempotent call to another node", async () => {
		expect(await callCrashingNode("sure")).toMatchObject({
			answer: { nodeID: expect.stringMatching(/^node-[12]$/) as string },
			runs: { sure: 2 },
			pending: 0,
		});
	});

	test("leaves a call that is not idempotent with an unknown outcome", async () => {
		expect(await callCrashingNode("once")).toMatchObject({ answer: { type: "UNAVAILABLE", code: 503 }, runs: { once: 1 }, pending: 0 });
	});
});

describe("a circuit breaker", () => {
	const quick = { circuit: { threshold: 0.5, minCalls: 4, windowMs: 60_000, openMs: 200 } };
	const times = async (count: number, run: () => Promise<unknown>) => {
		for (let index = 0; index < count; index++) await outcome(run());
	};

	test.each<[string, keyof typeof Target, Handler]>([
		["fails unexpectedly", "once", unexpected],
		["times out", "slow", never],
	])("opens for an endpoint that %s, and probes it later", async (_, name, handler) => {
		const here = newSetup();
		here.handler = handler;
		const [only] = await nodes(quick, (id) => [target(here, id)]);
		const run = () => call(only!, Target[name], {});
		await times(4, run);
		expect(here.runs[name]).toBe(4);
		expect(await outcome(run())).toMatchObject({
			type: "UNAVAILABLE",
			code: 503,
			data: { reason: "SERVICE_NOT_AVAILABLE", retryAfterSeconds: 1 },
		});
		expect(here.runs[name]).toBe(4);
		here.handler = () => ({ well: true });
		await eventually(async () => (await outcome(run()))["well"] === true);
		await times(3, run);
		expect(here.runs[name]).toBe(8);
	});

	test("rejects calls with UNAVAILABLE while it is open", async () => {
		const here = newSetup();
		here.handler = unexpected;
		const [only] = await nodes(quick, (id) => [target(here, id)]);
		await times(4, () => call(only!, Target.once, {}));
		expect(await tryCall(only!, Target.once, {})).toMatchObject({ rejected: "UNAVAILABLE", detail: { retryAfterSeconds: 1 } });
	});

	test.each<[string, Handler]>([
		["rejections", () => reject("OUT_OF_STOCK")],
		["errors of a payment provider", () => reject("PROVIDER_ERROR")],
		["UNAVAILABLE of a handler", () => reject("UNAVAILABLE")],
	])("stays closed for %s", async (_, handler) => {
		const here = newSetup();
		here.handler = handler;
		const [only] = await nodes(quick, (id) => [target(here, id)]);
		await times(12, () => call(only!, Target.once, {}));
		expect(here.runs).toEqual({ once: 12 });
	});

	test("opens for the faulty endpoint, not for its callers", async () => {
		const here = newSetup();
		here.handler = unexpected;
		here.wants = "once";
		const [only] = await nodes(quick, (id) => [target(here, id), middle(here)]);
		await times(12, () => call(only!, Middle.brief, {}));
		expect(here.runs).toEqual({ brief: 12, once: 4 });
	});

	test("routes calls around a faulty node", async () => {
		const here = newSetup();
		here.handler = ({ nodeID }) => (nodeID === "node-1" ? unexpected() : { nodeID });
		const [first] = await nodes(
			quick,
			() => [],
			(id) => [target(here, id)],
			(id) => [target(here, id)],
		);
		await eventually(() => first!.registry.getActionEndpoints("target.once")?.count() === 2);
		await times(8, () => call(first!, Target.once, {}));
		for (let index = 0; index < 6; index++) expect(await outcome(call(first!, Target.once, {}))).toEqual({ nodeID: "node-2" });
	});
});

describe("a bulkhead", () => {
	test("runs some calls, queues some and rejects the rest at once", async () => {
		const here = newSetup();
		const gate = Promise.withResolvers<object>();
		here.handler = () => gate.promise;
		const [only] = await nodes({}, (id) => [target(here, id)]);
		const three = [1, 2, 3].map(() => outcome(call(only!, Target.narrow, {})));
		expect(await outcome(call(only!, Target.narrow, {}))).toMatchObject({
			type: "UNAVAILABLE",
			code: 503,
			data: { reason: "QUEUE_FULL", retryAfterSeconds: 1 },
		});
		expect(await tryCall(only!, Target.narrow, {})).toMatchObject({ rejected: "UNAVAILABLE" });
		expect(here.runs).toEqual({ narrow: 2 });
		here.handler = ({ run }) => ({ run });
		expect(await call(only!, Target.sure, {})).toEqual({ run: 1 }); // a hanging action does not affect the others
		gate.resolve({ run: 0 });
		expect(await Promise.all(three)).toEqual([{ run: 0 }, { run: 0 }, { run: 3 }]);
	});

	test("removes calls that waited too long, and frees a slot only when a call ends", async () => {
		const here = newSetup();
		const gate = Promise.withResolvers<object>();
		here.handler = () => gate.promise;
		const [only] = await nodes({}, (id) => [target(here, id)]);
		const late = await Promise.all([1, 2, 3].map(() => outcome(call(only!, Target.narrow, {}))));
		for (const answer of late) expect(answer).toMatchObject({ data: { reason: "REQUEST_TIMEOUT" } });
		const waits = outcome(call(only!, Target.narrow, {}));
		expect(here.runs).toEqual({ narrow: 2 });
		here.handler = () => ({ run: true });
		gate.resolve({});
		expect(await waits).toEqual({ run: true });
		expect(here.runs).toEqual({ narrow: 3 });
	});
});

test("an absent service gives UNAVAILABLE", async () => {
	const [only] = await nodes({}, (id) => [target(newSetup(), id)]);
	expect(await outcome(call(only!, action("nobody.here", any), {}))).toMatchObject({
		type: "UNAVAILABLE",
		code: 503,
		data: { action: "nobody.here", reason: "SERVICE_NOT_FOUND" },
	});
});
