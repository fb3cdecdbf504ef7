import { bearer, gatewayWorld, send, type GatewayWorld } from "@tests/support/gateway";

let edge: GatewayWorld;
const logged: unknown[] = [];
const nothing = (): void => undefined;

beforeAll(async () => {
	edge = await gatewayWorld({
		log: { debug: nothing, info: nothing, warn: nothing, error: (message, fields) => logged.push([message, fields]) },
	});
});
afterAll(() => edge.stop());
beforeEach(() => logged.splice(0));

const get = (path: string, headers?: Record<string, string>) => send(edge.url + path, "GET", undefined, headers);
const post = (path: string, body?: unknown, headers?: Record<string, string>) => send(edge.url + path, "POST", body, headers);
const patch = (path: string, body?: unknown, headers?: Record<string, string>) => send(edge.url + path, "PATCH", body, headers);

describe("a reply", () => {
	test("has status, Location, ETag and only declared fields", async () => {
		const { status, headers, json } = await post("/v1/things", { name: "mug" });
		expect(status).toBe(201);
		expect(json).toEqual({ id: expect.stringMatching(/^cart_/) as string, name: "mug", note: null, version: 1 });
		expect(headers.get("location")).toBe(`/v1/things/${(json as { id: string }).id}`);
		expect(headers.get("etag")).toBe('"1"');
	});

	test("is 202 for a pending result", async () => {
		expect((await post("/v1/orders", { wait: false })).status).toBe(201);
		const pending = await post("/v1/orders", { wait: true });
		expect([pending.status, pending.headers.get("location")]).toEqual([202, "/v1/orders/ord_1"]);
	});

	test("has no body if its status is 204", async () => {
		const { json } = await post("/v1/things", { name: "mug" });
		const gone = await send(`${edge.url}/v1/things/${json.id}`, "DELETE", undefined, bearer("customer"));
		expect([gone.status, gone.text, gone.headers.get("content-length")]).toEqual([204, "", null]);
	});

	test("has headers against caching, sniffing, framing and scripts", async () => {
		for (const { headers } of [await get("/v1/things"), await get("/nowhere"), await get("/health/live")]) {
			expect(headers.get("cache-control")).toBe("no-store");
			expect(headers.get("x-content-type-options")).toBe("nosniff");
			expect(headers.get("content-security-policy")).toContain("default-src 'none'");
			expect(headers.get("referrer-policy")).toBe("no-referrer");
			expect(headers.get("x-powered-by")).toBeNull();
		}
	});

	test("to HEAD has the headers of GET", async () => {
		const { json } = await post("/v1/things", { name: "mug" });
		const [whole, head] = [await get(`/v1/things/${json.id}`), await send(`${edge.url}/v1/things/${json.id}`, "HEAD")];
		expect(head.status).toBe(200);
		expect(head.text).toBe("");
		for (const name of ["etag", "content-length", "content-type"]) expect(head.headers.get(name)).toBe(whole.headers.get(name));
	});
});

describe("URLs", () => {
	test("are 404 if unknown, and 405 with another method", async () => {
		expect((await get("/v1/nowhere")).json).toMatchObject({ status: 404, code: "NOT_FOUND" });
		const wrong = await send(`${edge.url}/v1/things`, "PUT", {});
		expect([wrong.status, wrong.json.code, wrong.headers.get("allow")]).toEqual([405, "METHOD_NOT_ALLOWED", "GET, HEAD, POST"]);
	});

	test("OPTIONS runs no action", async () => {
		const before = edge.shop.calls.get("create") ?? 0;
		const asked = await send(`${edge.url}/v1/things`, "OPTIONS", undefined, {
			origin: "https://evil.example",
			"access-control-request-method": "POST",
		});
		expect([asked.status, asked.headers.get("access-control-allow-origin")]).toEqual([405, null]);
		expect(edge.shop.calls.get("create") ?? 0).toBe(before);
	});

	test("do not reach actions without a route, framework routes or paths in another case", async () => {
		for (const path of [
			"/things/hidden",
			"/things.hidden",
			"/v1/hidden",
			"/~node/health",
			"/$node/health",
			"/gateway/list-aliases",
			"/list-aliases",
			"/V1/things",
		]) {
			expect((await get(path)).status).toBe(404);
		}
	});

	test("are decoded once, and rejected if wrongly encoded", async () => {
		expect((await get(`/v1/catalogue/${encodeURIComponent("a/b %25")}`)).json.name).toBe("a/b %25");
		expect((await get("/v1/catalogue/%E0%A4%A")).json).toMatchObject({ status: 400, code: "VALIDATION_FAILED" });
		expect((await get("/v1/catalogue/%ff")).status).toBe(400);
	});

	test("have a limited length", async () => {
		expect((await get(`/v1/things?email=${"x".repeat(9_000)}`)).json).toMatchObject({ status: 414, code: "URI_TOO_LONG" });
	});
});

describe("errors", () => {
	test("are problem documents", async () => {
		const { status, headers, json } = await get("/v1/things/none");
		expect(headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
		expect(json).toEqual({
			type: "urn:tianguis:problem:NOT_FOUND",
			title: expect.any(String) as string,
			detail: expect.any(String) as string,
			status,
			code: "NOT_FOUND",
			requestId: headers.get("x-request-id"),
		});
	});

	test("disclose only declared details of a rejection", async () => {
		const { json, text } = await get("/v1/broken/stock");
		expect(json.errors).toEqual([{ path: "/lines/0", message: "too few", sku: "A", available: 1 }]);
		expect(text).not.toContain("s3cret");
	});

	test("carry Retry-After", async () => {
		expect((await get("/v1/broken/rates")).headers.get("retry-after")).toBe("3");
		expect((await post("/v1/things", { name: "later" })).headers.get("retry-after")).toBe("7");
	});

	test("disclose nothing about internal failures", async () => {
		for (const how of ["driver", "reply"]) {
			const { status, json, text } = await get(`/v1/broken/${how}`);
			expect([status, json.code]).toEqual([500, "INTERNAL"]);
			expect(text).not.toMatch(/s3cret|ECONNREFUSED|TypeError/);
		}
		expect(logged).toHaveLength(2);
		expect(logged[0]).toMatchObject(["request failed", { route: "GET /v1/broken/{how}", err: expect.any(Error) as Error }]);
		await get("/v1/broken/provider");
		expect(logged).toHaveLength(2);
	});

	test("are 503 on a timeout", async () => {
		let open: () => void = nothing;
		edge.shop.gate = new Promise((resolve) => (open = resolve));
		const late = await post("/v1/slow");
		open();
		expect([late.status, late.json.code, late.headers.get("retry-after")]).toEqual([503, "UNAVAILABLE", "1"]);
	});
});

describe("a request id", () => {
	test("is taken from the client if it is safe", async () => {
		expect((await get("/v1/things", { "x-request-id": "my-1.a_B" })).headers.get("x-request-id")).toBe("my-1.a_B");
		expect((await post("/v1/told", {}, { "x-request-id": "mine" })).json.seen.correlationId).toBe("mine");
	});

	test("is generated otherwise, and unique", async () => {
		const odd = ["<script>", "x".repeat(65), "a b", ""];
		const ids = await Promise.all(
			odd.map(async (id) =>
				(await get("/v1/things", { "x-request-id": id, "x-correlation-id": "evil" })).headers.get("x-request-id"),
			),
		);
		for (const id of ids) expect(id).toMatch(/^req_[0-9a-f]{32}$/);
		expect(new Set(ids).size).toBe(odd.length);
	});
});

describe("If-Match and If-None-Match", () => {
	test("guard changes", async () => {
		const { json } = await post("/v1/things", { name: "mug" });
		const change = (tag: string) => patch(`/v1/things/${json.id}`, { name: "cup" }, { "if-match": tag });
		expect((await change('"1"')).headers.get("etag")).toBe('"2"');
		for (const tag of ['"1"', '"9"', 'W/"2"', "2", "nonsense", '"x"', ""])
			expect((await change(tag)).json.code).toBe("PRECONDITION_FAILED");
		expect((await change('"1", "2"')).status).toBe(200);
		expect((await change("*")).status).toBe(200);
	});

	test("avoid sending a current version again", async () => {
		const { json } = await post("/v1/things", { name: "mug" });
		const view = (tag: string) => get(`/v1/things/${json.id}`, { "if-none-match": tag });
		for (const tag of ['"1"', 'W/"1"', "*", '"0", "1"']) expect([(await view(tag)).status, (await view(tag)).text]).toEqual([304, ""]);
		for (const tag of ['"2"', "1", 'W/"11"']) expect((await view(tag)).status).toBe(200);
	});
});

test("a signed body is passed on unchanged with its headers", async () => {
	const body = '{ "id" : "evt_1",\n"é": 1 }';
	const { json } = await post("/v1/hooks/test", body, { "test-signature": "t=1,v1=ab" });
	expect(json.seen.body).toBe(body);
	expect(json.seen.headers["test-signature"]).toBe("t=1,v1=ab");
	const told = await post("/v1/hooks/test", body, bearer("admin"));
	expect(told.json.seen.headers.authorization).toBeUndefined();
});
