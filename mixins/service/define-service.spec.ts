import { Type } from "@sinclair/typebox";
import type { Principal } from "@kernel/access";
import { action, event } from "@kernel/contract";
import { reject } from "@kernel/rejection";
import { Strict } from "@kernel/schemas";
import { subscription } from "@mixins/events/event-bus";
import { callFrom } from "@mixins/service/local-calls";
import { eventually, world, type World } from "@tests/support/world";
import { defineService } from "./define-service";
import type { Request } from "./request";

const Things = {
	open: action("things.open", {
		params: Strict({ id: Type.String({ minLength: 1 }) }),
		returns: Type.Object({ id: Type.String() }),
		errors: ["OUT_OF_STOCK", "UNAVAILABLE", "PROVIDER_ERROR"],
		permission: "public",
		idempotent: true,
		timeoutMs: 700,
		bulkhead: { concurrency: 3, queue: 4 },
		shardBy: "id",
		rest: "GET /v1/things/{id}",
	}),
	refund: action("things.refund", {
		params: Strict({ id: Type.String() }),
		returns: Type.Object({}),
		errors: ["UNAVAILABLE"],
		permission: "orders:refund",
		rest: "POST /v1/admin/things/{id}/refund",
	}),
	hidden: action("things.hidden", { params: Strict({}), returns: Type.Object({}) }),
};
const Opened = event("thing.opened", Type.Object({ id: Type.String() }));

const as = (role: "customer" | "support" | "catalog"): Principal => ({ kind: "user", id: `usr_${role}`, role });
const GUEST: Principal = { kind: "guest" };

describe("a service made from its contract", () => {
	let shop: World;
	let requests: Request[];
	let gate: Promise<void> | undefined;
	let events: string[];

	const open = async ({ id }: { id: string }, request: Request) => {
		requests.push(request);
		await gate;
		switch (id) {
			case "short":
				return reject("OUT_OF_STOCK", { errors: [{ path: "/id", message: "is sold out", available: 1 }] });
			case "later":
				return reject("UNAVAILABLE", { retryAfterSeconds: 7 });
			case "provider":
				return reject("PROVIDER_ERROR");
			case "defect":
				throw new TypeError("a defect");
			default:
				return { id };
		}
	};
	const things = ({ clock, bus }: World["runtime"]) =>
		defineService(
			"things",
			Things,
			{
				open,
				refund: ({ id }, request) => {
					requests.push(request);
					return Promise.resolve(id === "later" ? reject("UNAVAILABLE") : {});
				},
				hidden: (_, request) => (requests.push(request), Promise.resolve({})),
			},
			{
				clock,
				bus,
				subscriptions: [
					subscription({
						name: "things.onOpened",
						event: Opened,
						handle: ({ data }) => {
							events.push(`handled ${data.id}`);
							return Promise.resolve();
						},
					}),
				],
				started: () => {
					events.push("started");
				},
				stopped: () => {
					events.push("stopped");
				},
			},
		);
	/** Stands for the gateway: the service checks the permission of calls that come from it. */
	const gateway = () => ({
		name: "gateway",
		actions: {
			pass: (ctx: { params: { action: string; params: object }; meta: object; call: World["broker"]["call"] }) =>
				ctx.call(ctx.params.action, ctx.params.params),
		},
	});
	const failure = (work: Promise<unknown>) =>
		work.then(
			() => "none",
			(cause: unknown) => cause as { code: number; type: string; data: unknown; retryable: boolean },
		);
	const ask = (name: string, params: object, meta: object = {}) => shop.broker.call(name, params, { meta });
	const throughGateway = (name: string, params: object, principal: Principal) =>
		shop.broker.call("gateway.pass", { action: name, params }, { meta: { principal } });

	beforeEach(async () => {
		[requests, events, gate] = [[], [], undefined];
		shop = await world([things, gateway], { events: [Opened], clock: () => 1_234 });
	});
	afterEach(() => shop.stop());

	describe("validates parameters before the handler runs", () => {
		test.each([
			[{}, "/id"],
			[{ id: "" }, "/id"],
			[{ id: 7 }, "/id"],
			[{ id: "a", more: 1 }, "/more"],
		])("%j is refused with the path of the field", async (params, path) => {
			const refused = await failure(ask("things.open", params));
			expect(refused).toMatchObject({ code: 400, type: "VALIDATION_FAILED", data: { errors: [{ path }] }, retryable: false });
			expect(requests).toEqual([]);
		});

		test("valid parameters reach it", async () => {
			expect(await ask("things.open", { id: "a" })).toEqual({ id: "a" });
		});
	});

	describe("checks the permission of calls through the gateway", () => {
		test.each([GUEST, as("customer"), as("catalog")])("%j may not refund", async (principal) => {
			const refused = await failure(throughGateway("things.refund", { id: "a" }, principal));
			expect(refused).toMatchObject({ code: 403, type: "FORBIDDEN" });
			expect(requests).toEqual([]);
		});

		test("before the parameters, so that nobody learns what they must be", async () => {
			const refused = await failure(throughGateway("things.refund", { wrong: 1 }, GUEST));
			expect(refused).toMatchObject({ type: "FORBIDDEN" });
		});

		test("a role with the grant may", async () => {
			expect(await throughGateway("things.refund", { id: "a" }, as("support"))).toEqual({});
			expect(requests[0]?.principal).toEqual(as("support"));
		});

		test("but not of calls between services, which act for their own callers", async () => {
			expect(await ask("things.refund", { id: "a" }, { principal: GUEST })).toEqual({});
			expect(await ask("things.hidden", {}, { principal: GUEST })).toEqual({});
		});
	});

	describe("turns rejections into errors that survive the wire", () => {
		test.each([
			["short", { code: 409, type: "OUT_OF_STOCK", data: { errors: [{ path: "/id", available: 1 }] } }],
			["later", { code: 503, type: "UNAVAILABLE", data: { retryAfterSeconds: 7 } }],
			["provider", { code: 502, type: "PROVIDER_ERROR" }],
		])("%s", async (id, error) => {
			expect(await failure(ask("things.open", { id }))).toMatchObject(error);
		});

		test("a defect stays what it is, and gets no code of the catalogue", async () => {
			const thrown = await failure(ask("things.open", { id: "defect" }));
			expect(thrown).toBeInstanceOf(TypeError);
		});
	});

	test("a call that failed as unavailable is sent again only where the contract is idempotent", async () => {
		await failure(ask("things.open", { id: "later" }));
		expect(requests.length).toBeGreaterThan(1);
		requests = [];
		expect(await failure(ask("things.refund", { id: "later" }))).toMatchObject({ type: "UNAVAILABLE" });
		expect(requests).toHaveLength(1);
	});

	test("the handler gets the time of the service's clock and the cause of its commits", async () => {
		await ask("things.open", { id: "a" }, { principal: as("customer"), requestId: "req_1", seed: "s", expected: 3, locale: "es" });
		expect(requests[0]).toMatchObject({
			...{ now: 1_234, seed: "s", expected: 3, locale: "es", principal: as("customer") },
			cause: { at: 1_234, actor: "usr_customer", correlationId: "req_1" },
		});
	});

	test("a call without a principal is a guest's", async () => {
		await ask("things.open", { id: "a" });
		expect(requests[0]).toMatchObject({ principal: GUEST, locale: "en", cause: { actor: "guest" } });
	});

	test("limits and placement come from the contract", () => {
		const { schema } = shop.broker.getLocalService("things") as unknown as { schema: { actions: Record<string, object> } };
		expect(schema.actions["open"]).toMatchObject({
			...{ visibility: "published", timeout: 700, retryPolicy: { enabled: true }, strategyOptions: { shardKey: "id" } },
			bulkhead: { concurrency: 3, maxQueueSize: 4 },
		});
		expect(schema.actions["refund"]).toMatchObject({ visibility: "published", retryPolicy: { enabled: false } });
		expect(schema.actions["hidden"]).toMatchObject({ visibility: "public", retryPolicy: { enabled: false } });
		expect(schema.actions["hidden"]).not.toHaveProperty("bulkhead");
	});

	test("its subscriptions receive events once it has started", async () => {
		await shop.runtime.bus.publish([
			{
				...({ specversion: "1.0", datacontenttype: "application/json", dataschema: "", source: "test" } as const),
				...{ id: "evt_1", type: Opened.type, subject: "a", sequence: 1, time: new Date(0).toISOString() },
				...{ correlationid: "req_1", causationid: "req_1", data: { id: "a" } },
			},
		]);
		await eventually(() => events.includes("handled a"), "the handling");
		expect(events).toEqual(["started", "handled a"]);
	});

	test("stops only after a handler at work has ended, also one that did not come through the broker", async () => {
		let goOn!: () => void;
		gate = new Promise((done) => (goOn = done));
		shop.broker.options.tracking = { enabled: true, shutdownTimeout: 5_000 };
		const origin = { broker: shop.broker, service: null, meta: {}, requestID: null, level: 1 };
		const calling = callFrom(origin, "things.open", { id: "slow" });
		await eventually(() => requests.length > 0, "the call");
		const stopped = shop.broker.destroyService(shop.broker.getLocalService("things"));
		for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
		expect(events).not.toContain("stopped");
		goOn();
		expect(await calling).toEqual({ id: "slow" });
		await stopped;
		expect(events.at(-1)).toBe("stopped");
	});
});
