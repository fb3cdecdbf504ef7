import { bearer, gatewayWorld, send, type GatewayWorld } from "@tests/support/gateway";

let edge: GatewayWorld;
let now = 1_800_000_000_000;
beforeAll(async () => {
	edge = await gatewayWorld({ clock: () => now++ });
});
afterAll(() => edge.stop());

interface Entry {
	at: string;
	actor: string;
	action: string;
	subject: string | null;
	outcome: string;
	requestId: string;
}

const trail = async (query = "") => {
	const { status, json } = await send(`${edge.url}/v1/admin/audit${query}`, "GET", undefined, bearer("admin"));
	expect(status).toBe(200);
	return json as { items: Entry[]; nextCursor: string | null };
};
const poke = (id: string, token: string, headers: Record<string, string> = {}) =>
	send(`${edge.url}/v1/admin/things/${id}/poke`, "POST", {}, { ...bearer(token), ...headers });

test("changes by staff are recorded, allowed or rejected, newest first", async () => {
	await poke("a", "support", { "x-request-id": "first" });
	await poke("stone", "admin");
	await poke("b", "customer");
	await send(`${edge.url}/v1/admin/things/b/poke`, "POST", { more: 1 }, bearer("admin"));
	const { items } = await trail();
	expect(items.map(({ actor, action, subject, outcome }) => [actor, action, subject, outcome])).toEqual([
		["usr_admin", "things.poke", "/v1/admin/things/b/poke", "VALIDATION_FAILED"],
		["usr_customer", "things.poke", "/v1/admin/things/b/poke", "FORBIDDEN"],
		["usr_admin", "things.poke", "/v1/admin/things/stone/poke", "ILLEGAL_TRANSITION"],
		["usr_support", "things.poke", "/v1/admin/things/a/poke", "ok"],
	]);
	expect(items.at(-1)).toMatchObject({ requestId: "first", at: expect.stringMatching(/^2027-01-15T08:00:0\d\.\d{3}Z$/) as string });
});

test("actions of guests and customers and reads by staff are not recorded", async () => {
	const before = (await trail()).items.length;
	await send(`${edge.url}/v1/things`, "POST", { name: "mug" }, bearer("admin"));
	await send(`${edge.url}/v1/admin/things/export`, "GET", undefined, bearer("admin"));
	await send(`${edge.url}/v1/admin/things/a/poke`, "POST", {});
	expect((await trail()).items).toHaveLength(before);
});

test("a failed login is recorded without address and password", async () => {
	await send(`${edge.url}/v1/auth/login`, "POST", { email: "ana.garcia@example.com", password: "hunter2hunter2" });
	const { items } = await trail("?limit=1");
	expect(items[0]).toMatchObject({ actor: "a***@e***.com", action: "auth.login", subject: null, outcome: "INVALID_CREDENTIALS" });
	expect(JSON.stringify(await trail())).not.toMatch(/garcia|hunter2/);
});

test("pages neither repeat nor skip entries, and can be filtered by actor", async () => {
	const all = (await trail("?limit=100")).items;
	const seen: Entry[] = [];
	for (let query = "?limit=2"; query !== "";) {
		const { items, nextCursor } = await trail(query);
		seen.push(...items);
		query = nextCursor === null ? "" : `?limit=2&cursor=${nextCursor}`;
	}
	expect(seen).toEqual(all);
	const mine = await trail("?actor=usr_support");
	expect(mine.items).toHaveLength(1);
	expect((await send(`${edge.url}/v1/admin/audit?cursor=nonsense`, "GET", undefined, bearer("admin"))).json.code).toBe(
		"VALIDATION_FAILED",
	);
});

test("only operators may read the audit log", async () => {
	for (const token of ["support", "customer"])
		expect((await send(`${edge.url}/v1/admin/audit`, "GET", undefined, bearer(token))).status).toBe(403);
	expect((await send(`${edge.url}/v1/admin/audit`, "GET")).status).toBe(401);
});

test("dead letters are listed and replayed by id", async () => {
	const listed = await send(`${edge.url}/v1/admin/dead-letters`, "GET", undefined, bearer("admin"));
	expect([listed.status, listed.json]).toEqual([200, { items: [], nextCursor: null }]);
	const replayed = await send(`${edge.url}/v1/admin/dead-letters/none/replay`, "POST", undefined, bearer("admin"));
	expect([replayed.status, replayed.json.code]).toEqual([404, "DEAD_LETTER_NOT_FOUND"]);
});
