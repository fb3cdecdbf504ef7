import { cpSync, readFileSync, rmSync } from "node:fs";
import { bearer, gatewayWorld, send, type GatewayWorld } from "@tests/support/gateway";
import { eventually } from "@tests/support/world";

let edge: GatewayWorld;
beforeAll(async () => {
	edge = await gatewayWorld();
});
beforeEach(() => {
	edge.shop.calls.clear();
});
afterAll(() => edge.stop());

const post = (path: string, key: string, body: unknown = {}, headers: Record<string, string> = {}, world = edge) =>
	send(world.url + path, "POST", body, { "idempotency-key": key, ...headers });

/** A gate that the action `slow` waits for. */
const gate = (world = edge) => {
	let open: () => void = () => undefined;
	world.shop.gate = new Promise((resolve) => (open = resolve));
	return () => {
		world.shop.gate = undefined;
		open();
	};
};

test("the same key and request run once and get the same response", async () => {
	const first = await post("/v1/things", "k-1", { name: "mug" });
	const second = await post("/v1/things", "k-1", { name: "mug" });
	expect([first.status, second.status]).toEqual([201, 201]);
	expect(second.json).toEqual(first.json);
	for (const name of ["location", "etag", "content-type"]) expect(second.headers.get(name)).toBe(first.headers.get(name));
	expect([first.headers.get("idempotency-replayed"), second.headers.get("idempotency-replayed")]).toEqual([null, "true"]);
	expect(edge.shop.calls.get("create")).toBe(1);
});

test("a different request under the key is rejected; keys are scoped by URL and client", async () => {
	await post("/v1/told", "k-2", {}, bearer("customer"));
	expect((await post("/v1/told?", "k-2", "{ }", bearer("customer"))).json).toMatchObject({ status: 422, code: "IDEMPOTENCY_KEY_REUSED" });
	for (const [key, headers] of [
		["k-3", bearer("customer")],
		["k-2", bearer("other")],
		["k-2", {}],
	] as const) {
		expect((await post("/v1/told", key, {}, headers)).headers.get("idempotency-replayed")).toBeNull();
	}
	expect((await post("/v1/slow", "k-2", {}, bearer("customer"))).headers.get("idempotency-replayed")).toBeNull();
});

test("two guests with the same key are separate clients", async () => {
	const as = (agent: string, path: string) => post(path, "1", { name: "mug" }, { "user-agent": agent });
	const [one, two, again] = [await as("a", "/v1/things"), await as("b", "/v1/things"), await as("a", "/v1/things")];
	expect(two.json.id).not.toBe(one.json.id);
	expect(again.json.id).toBe(one.json.id);
});

test("a rejection by the action is stored, one by the gateway is not", async () => {
	expect((await post("/v1/things", "k-4", { name: "taken" })).json.code).toBe("SKU_TAKEN");
	const again = await post("/v1/things", "k-4", { name: "taken" });
	expect([again.status, again.json.code, again.headers.get("idempotency-replayed"), edge.shop.calls.get("create")]).toEqual([
		409,
		"SKU_TAKEN",
		"true",
		1,
	]);
	expect((await post("/v1/things", "k-5", { nam: "mug" })).status).toBe(400);
	expect((await post("/v1/things", "k-5", { name: "mug" })).status).toBe(201);
});

test("a request that failed temporarily runs again under the key", async () => {
	expect((await post("/v1/things", "k-6", { name: "later" })).status).toBe(503);
	expect((await post("/v1/things", "k-6", { name: "later" })).headers.get("idempotency-replayed")).toBeNull();
	expect((await post("/v1/things", "k-6", { name: "mug" })).status).toBe(201);
	expect(edge.shop.calls.get("create")).toBe(3);
});

test("of many concurrent requests one runs, the others must wait, and all get the same response", async () => {
	const open = gate();
	const refused: string[] = [];
	const ask = async () => {
		const { status, json, headers } = await post("/v1/slow", "k-7");
		if (status === 409) refused.push(`${json.code as string} ${headers.get("retry-after")}`);
		if (refused.length === 9) open();
		return json as { run?: number };
	};
	const answers = await Promise.all(Array.from({ length: 10 }, ask));
	expect(refused).toEqual(Array<string>(9).fill("IDEMPOTENCY_IN_PROGRESS 1"));
	expect(answers.filter(({ run }) => run === 1)).toHaveLength(1);
	expect((await post("/v1/slow", "k-7")).json).toEqual({ run: 1 });
	expect(edge.shop.calls.get("slow")).toBe(1);
});

test("a key that a crash interrupted runs again and derives the same ids", async () => {
	const before = await post("/v1/told", "k-8");
	const open = gate();
	const cut = post("/v1/slow", "k-9").catch(() => undefined);
	await eventually(() => edge.shop.calls.has("slow"), "the first run");
	// The record of a crashed process: begun, never finished.
	const { folder } = edge;
	const copy = `${folder}-copy`;
	cpSync(folder, copy, { recursive: true });
	open();
	await cut;
	const after = await gatewayWorld({ folder: copy });
	expect((await post("/v1/slow", "k-9", {}, {}, after)).json).toEqual({ run: 1 });
	expect((await post("/v1/told", "k-8", {}, {}, after)).json).toEqual(before.json);
	expect(before.json.seen.seed).toMatch(/^[0-9a-f]{64}$/);
	await after.stop();
	rmSync(copy, { recursive: true, force: true });
});

test.each([["two\twords"], ["x".repeat(256)], [""], ["caf\u00e9"]])("%j is not a valid key", async (key) => {
	expect((await post("/v1/told", key)).json).toMatchObject({ status: 400, code: "VALIDATION_FAILED" });
});

test("a key may have 255 characters and contain spaces", async () => {
	expect((await post("/v1/told", "x".repeat(255))).status).toBe(200);
	expect((await post("/v1/told", "two words")).status).toBe(200);
});

test("neither keys nor request contents are found in the store", async () => {
	await post("/v1/things", "my-secret-key", { name: "findme" }, bearer("customer"));
	const bytes = ["tianguis.db", "tianguis.db-wal"].map((file) => readFileSync(`${edge.folder}/${file}`, "latin1")).join("");
	expect(bytes).toContain("idempotency.begun");
	expect(bytes).not.toContain("my-secret-key");
});
