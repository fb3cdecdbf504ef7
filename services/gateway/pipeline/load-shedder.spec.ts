import { performance } from "node:perf_hooks";
import { Actors } from "@mixins/actors/actor";
import { bearer, gatewayWorld, send, type GatewayWorld } from "@tests/support/gateway";
import { eventually } from "@tests/support/world";
import { lagMeter } from "./load-shedder";

let edge: GatewayWorld;
let lag = 0;
let turns = 0;
const lines: string[] = [];
const nothing = (): void => undefined;
const log = { debug: nothing, info: nothing, warn: nothing, error: (message: string) => void lines.push(message) };

beforeEach(async () => {
	lag = 0;
	lines.splice(0);
	edge = await gatewayWorld({ log, lagMeter: () => ({ read: () => lag, turns: () => turns++, stop: nothing }) });
});
afterEach(() => edge.stop());

const get = (path: string, headers?: Record<string, string>) => send(edge.url + path, "GET", undefined, headers);
const post = (path: string, body?: unknown, headers?: Record<string, string>) => send(edge.url + path, "POST", body, headers);

const browse = () => get(`/v1/catalogue/${Math.random()}`);
const shop = () => get("/v1/things");
const buy = () => post("/v1/orders", { wait: false });
const manage = () => post("/v1/admin/things/1/poke", {}, bearer("admin"));

const statuses = async () => (await Promise.all([browse(), shop(), buy(), manage()])).map(({ status }) => status);

describe("an overloaded process", () => {
	test("sheds the lowest priority first, and admits it again", async () => {
		expect(await statuses()).toEqual([200, 200, 201, 200]);
		lag = 1_500;
		await eventually(async () => (await browse()).status === 503);
		expect(await statuses()).toEqual([503, 200, 201, 200]);
		lag = 4_500;
		await eventually(async () => (await shop()).status === 503);
		expect(await statuses()).toEqual([503, 503, 201, 200]);
		lag = 9_000;
		await eventually(async () => (await buy()).status === 503);
		expect(await statuses()).toEqual([503, 503, 503, 200]);
		lag = 0;
		await eventually(async () => (await browse()).status === 200);
		expect(await statuses()).toEqual([200, 200, 201, 200]);
	});

	test("rejects at once with Retry-After and runs no action", async () => {
		lag = 9_000;
		await eventually(async () => (await buy()).status === 503);
		const calls = new Map(edge.shop.calls);
		const refused = await post("/v1/things", { name: "mug" }, { "x-request-id": "mine", "idempotency-key": "k" });
		expect([refused.status, refused.json.code, refused.headers.get("retry-after"), refused.headers.get("x-request-id")]).toEqual([
			503,
			"UNAVAILABLE",
			"3",
			"mine",
		]);
		expect((await buy()).headers.get("retry-after")).toBe("2");
		expect(edge.shop.calls).toEqual(calls);
	});

	test("still serves cached pages and health checks", async () => {
		await get("/v1/catalogue/mug");
		lag = 40_000;
		await eventually(async () => (await manage()).status === 503);
		expect((await get("/v1/catalogue/mug")).status).toBe(200);
		expect((await get("/v1/catalogue/other")).status).toBe(503);
		for (const path of ["/health/live", "/health/ready", "/openapi.json"]) expect((await get(path)).status).toBe(200);
		expect((await get("/v1/nowhere")).status).toBe(404);
	});
});

const spin = (ms: number): void => {
	for (const end = performance.now() + ms; performance.now() < end;);
};
const immediate = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("the lag is the mean length of the turn that a request falls into", async () => {
	const meter = lagMeter();
	await immediate();
	meter.read();
	const before = meter.turns();
	for (let turn = 0; turn < 10; turn++) {
		spin(100);
		await immediate();
	}
	const lag = meter.read();
	expect(meter.turns() - before).toBeGreaterThanOrEqual(9);
	expect(lag).toBeGreaterThan(80);
	await eventually(() => meter.read() < 40);
	meter.stop();
});

test("requests during and after one long stall are answered", async () => {
	const own = await gatewayWorld({ log });
	try {
		const page = () => send(`${own.url}/v1/catalogue/${Math.random()}`, "GET");
		expect((await page()).status).toBe(200);
		const waiting = Promise.all(Array.from({ length: 20 }, page));
		await immediate();
		spin(1_500); // three times the limit of browsing
		for (const { status } of await waiting) expect(status).toBe(200);
		for (let count = 0; count < 20; count++) expect((await page()).status).toBe(200);
	} finally {
		await own.stop();
	}
});

describe("a request whose action never ends", () => {
	test("is answered when the time limit of its action ends", async () => {
		const work = Promise.withResolvers<undefined>();
		edge.shop.gate = work.promise;
		const begun = performance.now();
		const refused = await post("/v1/slow"); // 400 ms by its contract
		const took = performance.now() - begun;
		work.resolve(undefined);
		expect([refused.status, refused.json.code, refused.headers.get("retry-after")]).toEqual([503, "UNAVAILABLE", "1"]);
		expect(took).toBeGreaterThanOrEqual(400);
		expect(took).toBeLessThan(2_400);
	});

	test("is answered a little later if the store of keys hangs", async () => {
		const hanging = jest.spyOn(Actors.prototype, "send").mockReturnValue(new Promise(() => undefined));
		const begun = performance.now();
		const refused = await post("/v1/slow", undefined, { "idempotency-key": "k" });
		hanging.mockRestore();
		expect([refused.status, refused.json.code, refused.headers.get("retry-after")]).toEqual([503, "UNAVAILABLE", "1"]);
		expect(performance.now() - begun).toBeLessThan(5_000);
		expect(lines).toEqual(["request timed out"]);
	});
});
