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

/** What can become of a call. */
const Stall = {
	sure: action("stall.sure", { ...any, idempotent: true, timeoutMs: 1_500 }),
	once: action("stall.once", { ...any, errors: ["OUT_OF_STOCK", "PROVIDER_ERROR", "UNAVAILABLE"], timeoutMs: 1_500 }),
	slow: action("stall.slow", { ...any, timeoutMs: 150 }),
	narrow: action("stall.narrow", { ...any, errors: ["UNAVAILABLE"], bulkhead: { concurrency: 2, queue: 1 }, timeoutMs: 400 }),
};
/** Asks the stall, in turn. */
const Front = {
	brief: action("front.brief", { ...any, timeoutMs: 300 }),
	patient: action("front.patient", { ...any, idempotent: true, timeoutMs: 2_000 }),
};

type Handler = (told: { readonly nodeID: string; readonly run: number }) => unknown;

interface Market {
	readonly runs: Record<string, number>;
	handler: Handler;
	/** What `front` asks for. */
	wants: keyof typeof Stall;
}

const brokers: ServiceBroker[] = [];
const market = (): Market => ({ runs: {}, handler: () => ({}), wants: "sure" });

const stall = (here: Market, nodeID: string): ServiceSchema => {
	const run = (name: string) => async () => {
		here.runs[name] = (here.runs[name] ?? 0) + 1;
		return (await here.handler({ nodeID, run: here.runs[name] })) as never;
	};
	return defineService(
		"stall",
		Stall,
		{ sure: run("sure"), once: run("once"), slow: run("slow"), narrow: run("narrow") },
		{ clock: Date.now },
	);
};

const front = (here: Market): ServiceSchema => {
	const pass = (name: string) => async (_: object, request: { caller: Parameters<typeof call>[0] }) => {
		here.runs[name] = (here.runs[name] ?? 0) + 1;
		return (await call(request.caller, Stall[here.wants], {})) as never;
	};
	return defineService("front", Front, { brief: pass("brief"), patient: pass("patient") }, { clock: Date.now });
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
	await Promise.all(made.map((broker) => broker.waitForServices("stall", 5_000, 20)));
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

describe("a call that is not answered in time", () => {
	test.each([
		["on this node", 1],
		["on another", 2],
	])("%s ends, and says that it is not known whether it was done", async (_, count) => {
		const here = market();
		here.handler = never;
		const [first] = await nodes({}, ...[() => [], (id: string) => [stall(here, id)]].slice(2 - count));
		const begun = performance.now();
		const failed = await outcome(call(first!, Stall.slow, {}));
		expect(failed).toMatchObject({ type: "UNAVAILABLE", code: 503, data: { reason: "REQUEST_TIMEOUT", retryAfterSeconds: 1 } });
		expect(performance.now() - begun).toBeLessThan(1_000);
		expect(first!.transit?.pendingRequests.size ?? 0).toBe(0);
	});

	test("takes no longer than its caller has", async () => {
		const here = market();
		const left: unknown[] = [];
		here.handler = never;
		here.wants = "sure";
		const [first, second] = await nodes(
			{},
			() => [front(here)],
			(id) => [stall(here, id)],
		);
		const inner = second!.getLocalService("stall");
		const receive = inner.broker.transit!.requestHandler.bind(inner.broker.transit);
		inner.broker.transit!.requestHandler = ((payload: { timeout: unknown }) => {
			left.push(payload.timeout);
			return receive(payload as never);
		}) as never;
		const begun = performance.now();
		const failed = await outcome(call(first!, Front.brief, {}));
		const took = performance.now() - begun;
		expect(failed).toMatchObject({ type: "UNAVAILABLE", data: { action: "stall.sure", reason: "REQUEST_TIMEOUT" } });
		expect(took).toBeLessThan(1_000);
		expect(left).toHaveLength(1);
		expect(left[0]).toBeLessThan(300);
	});

	test("takes no longer than its own contract says, however much its caller has", async () => {
		const here = market();
		here.handler = never;
		here.wants = "slow";
		const [only] = await nodes({}, (id) => [stall(here, id), front(here)]);
		const begun = performance.now();
		expect(await outcome(call(only!, Front.patient, {}))).toMatchObject({ data: { action: "stall.slow" } });
		expect(performance.now() - begun).toBeLessThan(1_000);
	});

	test("is not sent again: its time is that of all attempts", async () => {
		const here = market();
		here.handler = never;
		const [only] = await nodes({}, (id) => [stall(here, id)]);
		await outcome(call(only!, Stall.sure, {}));
		expect(here.runs).toEqual({ sure: 1 });
	});
});

describe("what may pass", () => {
	test("is tried again where that is harmless", async () => {
		const here = market();
		here.handler = ({ run }) => (run < 3 ? Promise.reject(passing()) : { run });
		const [only] = await nodes({}, (id) => [stall(here, id)]);
		expect(await call(only!, Stall.sure, {})).toEqual({ run: 3 });
		expect(only!.metrics.getMetric("moleculer.request.retry.attempts.total")!.snapshot()).toMatchObject([{ value: 2 }]);
	});

	test("is not tried again where it may have been done", async () => {
		const here = market();
		here.handler = () => Promise.reject(passing());
		const [only] = await nodes({}, (id) => [stall(here, id)]);
		expect(await outcome(call(only!, Stall.once, {}))).toMatchObject({ type: "UNAVAILABLE" });
		expect(here.runs).toEqual({ once: 1 });
	});

	test("is tried at one level alone, and four times at most", async () => {
		const here = market();
		here.handler = () => Promise.reject(passing());
		const [first] = await nodes(
			{},
			() => [],
			() => [front(here)],
			(id) => [stall(here, id)],
		);
		await first!.waitForServices("front", 5_000, 20);
		expect(await outcome(call(first!, Front.patient, {}))).toMatchObject({ type: "UNAVAILABLE", retryable: false });
		expect(here.runs).toEqual({ patient: 1, sure: 4 });
	});

	test("does not multiply an outage", async () => {
		const here = market();
		here.handler = () => Promise.reject(passing());
		const [only] = await nodes({ retryBudget: { perCall: 0.1, perSecond: 0, most: 5 } }, (id) => [stall(here, id)]);
		for (let batch = 0; batch < 10; batch++) await Promise.all(Array.from({ length: 10 }, () => outcome(call(only!, Stall.sure, {}))));
		expect(here.runs["sure"]).toBeGreaterThan(100);
		expect(here.runs["sure"]).toBeLessThanOrEqual(100 + 5 + 0.1 * 100);
	});

	test("is no refusal", async () => {
		const here = market();
		here.handler = () => reject("OUT_OF_STOCK");
		const [only] = await nodes({}, (id) => [stall(here, id)]);
		expect(await outcome(call(only!, Stall.sure, {}))).toMatchObject({ type: "OUT_OF_STOCK" });
		expect(here.runs).toEqual({ sure: 1 });
	});
});

describe("a node that dies while it works", () => {
	const dying = async (name: "sure" | "once") => {
		const here = market();
		const [first] = await nodes(
			{},
			() => [],
			(id) => [stall(here, id)],
			(id) => [stall(here, id)],
		);
		await eventually(() => first!.registry.getActionEndpoints(`stall.${name}`)?.count() === 2);
		here.handler = ({ nodeID, run }) => {
			if (run > 1) return { nodeID };
			first!.registry.nodes.disconnected(nodeID, true);
			return never();
		};
		const answer = await outcome(call(first!, Stall[name], {}));
		return { answer, runs: here.runs, pending: first!.transit!.pendingRequests.size };
	};

	test("leaves its work to another where that may run twice", async () => {
		expect(await dying("sure")).toMatchObject({
			answer: { nodeID: expect.stringMatching(/^node-[12]$/) as string },
			runs: { sure: 2 },
			pending: 0,
		});
	});

	test("leaves it undone, or done, where it may not", async () => {
		expect(await dying("once")).toMatchObject({ answer: { type: "UNAVAILABLE", code: 503 }, runs: { once: 1 }, pending: 0 });
	});
});

describe("a circuit", () => {
	const quick = { circuit: { threshold: 0.5, minCalls: 4, windowMs: 60_000, openMs: 200 } };
	const times = async (count: number, run: () => Promise<unknown>) => {
		for (let index = 0; index < count; index++) await outcome(run());
	};

	test.each<[string, keyof typeof Stall, Handler]>([
		["that nobody foresaw", "once", unexpected],
		["that takes for ever", "slow", never],
	])("opens before an endpoint that does what %s, and asks it again later", async (_, name, handler) => {
		const here = market();
		here.handler = handler;
		const [only] = await nodes(quick, (id) => [stall(here, id)]);
		const run = () => call(only!, Stall[name], {});
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

	test("is a refusal to who asks whether it is", async () => {
		const here = market();
		here.handler = unexpected;
		const [only] = await nodes(quick, (id) => [stall(here, id)]);
		await times(4, () => call(only!, Stall.once, {}));
		expect(await tryCall(only!, Stall.once, {})).toMatchObject({ rejected: "UNAVAILABLE", detail: { retryAfterSeconds: 1 } });
	});

	test.each<[string, Handler]>([
		["refusals", () => reject("OUT_OF_STOCK")],
		["what a provider could not do", () => reject("PROVIDER_ERROR")],
		["what is too busy to say", () => reject("UNAVAILABLE")],
	])("stays closed for %s", async (_, handler) => {
		const here = market();
		here.handler = handler;
		const [only] = await nodes(quick, (id) => [stall(here, id)]);
		await times(12, () => call(only!, Stall.once, {}));
		expect(here.runs).toEqual({ once: 12 });
	});

	test("opens before who is ill, not before those who ask it", async () => {
		const here = market();
		here.handler = unexpected;
		here.wants = "once";
		const [only] = await nodes(quick, (id) => [stall(here, id), front(here)]);
		await times(12, () => call(only!, Front.brief, {}));
		expect(here.runs).toEqual({ brief: 12, once: 4 });
	});

	test("leads round one sick node to those that are well", async () => {
		const here = market();
		here.handler = ({ nodeID }) => (nodeID === "node-1" ? unexpected() : { nodeID });
		const [first] = await nodes(
			quick,
			() => [],
			(id) => [stall(here, id)],
			(id) => [stall(here, id)],
		);
		await eventually(() => first!.registry.getActionEndpoints("stall.once")?.count() === 2);
		await times(8, () => call(first!, Stall.once, {}));
		for (let index = 0; index < 6; index++) expect(await outcome(call(first!, Stall.once, {}))).toEqual({ nodeID: "node-2" });
	});
});

describe("a bulkhead", () => {
	test("lets some run and some wait, and refuses the rest at once", async () => {
		const here = market();
		const gate = Promise.withResolvers<object>();
		here.handler = () => gate.promise;
		const [only] = await nodes({}, (id) => [stall(here, id)]);
		const three = [1, 2, 3].map(() => outcome(call(only!, Stall.narrow, {})));
		expect(await outcome(call(only!, Stall.narrow, {}))).toMatchObject({
			type: "UNAVAILABLE",
			code: 503,
			data: { reason: "QUEUE_FULL", retryAfterSeconds: 1 },
		});
		expect(await tryCall(only!, Stall.narrow, {})).toMatchObject({ rejected: "UNAVAILABLE" });
		expect(here.runs).toEqual({ narrow: 2 });
		here.handler = ({ run }) => ({ run });
		expect(await call(only!, Stall.sure, {})).toEqual({ run: 1 }); // what hangs takes nothing from the others
		gate.resolve({ run: 0 });
		expect(await Promise.all(three)).toEqual([{ run: 0 }, { run: 0 }, { run: 3 }]);
	});

	test("forgets who waited too long, and makes room only when what runs has ended", async () => {
		const here = market();
		const gate = Promise.withResolvers<object>();
		here.handler = () => gate.promise;
		const [only] = await nodes({}, (id) => [stall(here, id)]);
		const late = await Promise.all([1, 2, 3].map(() => outcome(call(only!, Stall.narrow, {}))));
		for (const answer of late) expect(answer).toMatchObject({ data: { reason: "REQUEST_TIMEOUT" } });
		const waits = outcome(call(only!, Stall.narrow, {}));
		expect(here.runs).toEqual({ narrow: 2 });
		here.handler = () => ({ run: true });
		gate.resolve({});
		expect(await waits).toEqual({ run: true });
		expect(here.runs).toEqual({ narrow: 3 });
	});
});

test("who is not there is UNAVAILABLE", async () => {
	const [only] = await nodes({}, (id) => [stall(market(), id)]);
	expect(await outcome(call(only!, action("nobody.here", any), {}))).toMatchObject({
		type: "UNAVAILABLE",
		code: 503,
		data: { action: "nobody.here", reason: "SERVICE_NOT_FOUND" },
	});
});
