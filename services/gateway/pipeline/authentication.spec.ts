import { bearer, gatewayWorld, send, type GatewayWorld } from "@tests/support/gateway";

let edge: GatewayWorld;
beforeAll(async () => {
	edge = await gatewayWorld();
});
afterAll(() => edge.stop());

const get = (path: string, headers?: Record<string, string>) => send(edge.url + path, "GET", undefined, headers);
const post = (path: string, body?: unknown, headers?: Record<string, string>) => send(edge.url + path, "POST", body, headers);

describe("the principal", () => {
	test("is passed to the action, and only by the gateway", async () => {
		const meta = { "x-order-token": "tok", "accept-language": "fr;q=1, es-MX;q=0.9, en;q=0.5" };
		expect((await post("/v1/told", {}, meta)).json.seen).toMatchObject({
			principal: { kind: "guest" },
			orderToken: "tok",
			locale: "es",
		});
		expect((await post("/v1/told", {}, bearer("admin"))).json.seen).toMatchObject({
			principal: { kind: "user", id: "usr_admin", role: "admin" },
			locale: "en",
		});
		expect((await post("/v1/told", { principal: { kind: "operator" } })).status).toBe(400);
	});

	test.each([
		["an invalid token", "Bearer stale"],
		["an empty token", "Bearer "],
		["another scheme", "Basic YTpi"],
		["no scheme", "admin"],
		["an overlong token", `Bearer ${"x".repeat(9_000)}`],
	])("with %s is rejected, not treated as a guest", async (_, authorization) => {
		for (const asked of [await post("/v1/told", {}, { authorization }), await get("/v1/catalogue/a", { authorization })]) {
			expect([asked.status, asked.json.code, asked.headers.get("www-authenticate")]).toEqual([401, "UNAUTHENTICATED", "Bearer"]);
		}
	});

	test("has the permissions of the role", async () => {
		const poke = async (headers: Record<string, string>) => (await post("/v1/admin/things/a/poke", {}, headers)).status;
		expect(await poke({})).toBe(401);
		expect(await poke(bearer("customer"))).toBe(403);
		expect(await poke(bearer("catalog"))).toBe(403);
		expect(await poke(bearer("support"))).toBe(200);
		expect(await poke(bearer("admin"))).toBe(200);
		expect((await send(`${edge.url}/v1/things/none`, "DELETE")).status).toBe(401);
		expect((await send(`${edge.url}/v1/things/none`, "DELETE", undefined, bearer("customer"))).status).toBe(404);
	});

	test("is authenticated before the body is read", async () => {
		expect((await post("/v1/admin/things/a/poke", "{", bearer("customer"))).status).toBe(403);
	});
});
