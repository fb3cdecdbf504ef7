import { randomUUID } from "node:crypto";
import { parseExposition, valueOf, type Family } from "../support/exposition";
import { admin, checkout, client, pay, product, readyCart, type Client } from "../support/shopper";
import { startFullProgram, type FullProgram } from "../support/full-program";
import { eventually } from "../support/world";

describe("the endpoint of the metrics", () => {
	let shop: FullProgram;
	let api: Client;
	let staff: Client;

	beforeAll(async () => {
		shop = await startFullProgram();
		api = client(shop);
		staff = await admin(api);
	}, 60_000);
	afterAll(() => shop.stop());

	const scrape = async (): Promise<ReadonlyMap<string, Family>> => {
		const response = await fetch(shop.metricsUrl, { headers: { connection: "close" } });
		expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
		return parseExposition(await response.text());
	};
	const read = async (name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> =>
		valueOf(await scrape(), name, labels) ?? 0;

	test("tells how many orders were placed, confirmed and cancelled, and why: as many as there were, whatever was sent twice", async () => {
		expect(await read("tianguis_orders_placed_total")).toBe(0);
		const plenty = await product(staff, { stock: 100 });
		const scarce = await product(staff, { stock: 1 });
		const buy = async (token: string, sku = plenty) => (await checkout(api, (await readyCart(api, [sku, 1])).id, token)).status;
		expect([await buy("tok_ok"), await buy("tok_ok"), await buy("tok_declined"), await buy("tok_ok", scarce)]).toEqual([
			201, 201, 402, 201,
		]);

		const cart = await readyCart(api, [plenty, 1]);
		const key = { "idempotency-key": randomUUID() };
		const again = () => api("POST", `/v1/carts/${cart.id}/checkout`, pay("tok_ok"), key);
		expect((await again()).status).toBe(201);
		expect((await again()).status).toBe(201);
		await api("POST", `/v1/carts/${cart.id}/checkout`, pay("tok_ok"));

		const cancelled = await readyCart(api, [plenty, 1]);
		const { body } = await checkout(api, cancelled.id);
		const noted = { reason: "ana@example.com rang" };
		expect((await staff("POST", `/v1/admin/orders/${body.id}/cancel`, noted)).status).toBe(200);

		const seen = await scrape();
		expect(valueOf(seen, "tianguis_orders_placed_total")).toBe(6);
		expect(valueOf(seen, "tianguis_orders_confirmed_total")).toBe(5);
		expect(valueOf(seen, "tianguis_orders_cancelled_total", { reason: "paymentDeclined" })).toBe(1);
		expect(valueOf(seen, "tianguis_orders_cancelled_total", { reason: "outOfStock" })).toBe(0);
		expect(valueOf(seen, "tianguis_orders_cancelled_total", { reason: "other" })).toBe(1);
		const { body: listed } = await staff<{ total: number }>("GET", "/v1/admin/orders");
		expect(listed.total).toBe(6);
	});

	test("times each step of the checkout, and the commits", async () => {
		const seen = await scrape();
		expect(valueOf(seen, "tianguis_checkout_step_duration_seconds_count", { step: "reserveStock" })).toBe(6);
		expect(valueOf(seen, "tianguis_checkout_step_duration_seconds_count", { step: "confirmOrder" })).toBe(5);
		expect(valueOf(seen, "tianguis_commit_duration_seconds_count", { kind: "stock" })).toBeGreaterThan(0);
		expect(valueOf(seen, "tianguis_commit_conflicts_total", { kind: "stock" })).toBe(0);
		expect(valueOf(seen, "tianguis_actor_batch_size_count", { kind: "order" })).toBeGreaterThan(0);
	});

	test("times the consumers, and tells what waits", async () => {
		await eventually(
			async () => (await read("tianguis_consumer_duration_seconds_count", { consumer: "notifications.orderConfirmation" })) === 5,
			"all confirmations are queued",
		);
		const seen = await scrape();
		expect(valueOf(seen, "tianguis_consumer_failures_total")).toBe(0);
		expect(valueOf(seen, "tianguis_dead_letters")).toBe(0);
		expect(valueOf(seen, "tianguis_relay_oldest_unpublished_age_seconds")).toBeDefined();
		expect(valueOf(seen, "tianguis_actor_mailbox_depth")).toBe(0);
		expect(valueOf(seen, "process_resident_memory_bytes")).toBeGreaterThan(0);
		expect(valueOf(seen, "tianguis_event_loop_turn_seconds_count")).toBeGreaterThan(0);
		expect(valueOf(seen, "tianguis_event_loop_turn_work_seconds_count")).toBeGreaterThan(0);
		expect(valueOf(seen, "tianguis_node_info", { node_id: shop.broker.nodeID })).toBe(1);
	});

	test("times answers by route and status", async () => {
		const seen = await scrape();
		const checkouts = { method: "POST", route: "/v1/carts/:cartId/checkout" };
		expect(valueOf(seen, "http_request_duration_seconds_count", { ...checkouts, status_code: "402" })).toBe(1);
		expect(valueOf(seen, "http_request_duration_seconds_count", { ...checkouts, status_code: "201" })).toBe(6);
	});

	test("counts the pages of the catalogue that were in memory, and those that were not", async () => {
		const from = async (from: string) => read("tianguis_gateway_pages_total", { from });
		const [memory, service] = [await from("memory"), await from("service")];
		for (let count = 0; count < 3; count++) expect((await api("GET", "/v1/categories?limit=7")).status).toBe(200);
		expect([await from("memory"), await from("service")]).toEqual([memory + 2, service + 1]);
	});

	test("tells of calls and their refusals, by action", async () => {
		const seen = await scrape();
		expect(valueOf(seen, "moleculer_request_total", { action: "orders.checkout" })).toBeGreaterThanOrEqual(7);
		expect(valueOf(seen, "moleculer_request_error_total", { action: "orders.checkout", errorType: "PAYMENT_DECLINED" })).toBe(1);
		expect(valueOf(seen, "moleculer_request_time_count", { action: "orders.checkout" })).toBeGreaterThanOrEqual(7);
	});

	test("holds no id, no address, and no label without an end: more guests add no series", async () => {
		const warm = async (): Promise<void> => {
			const cart = await readyCart(api, [await product(staff), 1]);
			await api("GET", `/v1/carts/${cart.id}`);
			await api("GET", `/v1/nowhere/${randomUUID()}`);
			await api("GET", `/v1/orders/ord_${randomUUID()}`, undefined, { "x-request-id": randomUUID() });
		};
		await warm();
		const before = await scrape();
		for (let count = 0; count < 3; count++) await warm();
		const after = await scrape();
		const seriesOf = (families: ReadonlyMap<string, Family>) =>
			[...families.values()].flatMap(({ samples }) => samples.map(({ name, labels }) => JSON.stringify([name, labels])));
		expect(seriesOf(after).filter((series) => !seriesOf(before).includes(series))).toEqual([]);
		expect(seriesOf(after).length).toBeLessThan(10_000);
		const text = JSON.stringify(seriesOf(after));
		expect(text).not.toMatch(/ana@example|cart_[0-9A-Za-z]|ord_[0-9A-Za-z]|usr_[0-9A-Za-z]/);
	});
});
