import { sqliteStore } from "@mixins/store/sqlite";
import { orders } from "@services/orders/orders.store";
import { ADDRESS, admin, checkout, client, product, readyCart, type Client } from "../support/shopper";
import { startFullProgram, type FullProgram } from "../support/full-program";
import { eventually } from "../support/world";
import { collector, type Collector, type ZipkinSpan } from "./collector";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

describe("traces", () => {
	let zipkin: Collector;
	let shop: FullProgram;
	let api: Client;
	let staff: Client;
	let sku: string;

	beforeAll(async () => {
		zipkin = await collector();
		shop = await startFullProgram({ ZIPKIN_URL: zipkin.url });
		api = client(shop);
		staff = await admin(api);
		sku = await product(staff, { stock: 100 });
	}, 60_000);
	afterAll(async () => {
		await shop.stop();
		await zipkin.stop();
	});

	const named = (spans: readonly ZipkinSpan[], name: string) => spans.filter((span) => span.name === name);
	const traceWith = (what: string, has: (spans: readonly ZipkinSpan[]) => boolean): Promise<readonly ZipkinSpan[]> =>
		eventually(() => [...Map.groupBy(zipkin.spans, ({ traceId }) => traceId).values()].find(has), what, 20_000);

	test("one holds the request, each call that it led to, and each consumer of each event, to the last mail", async () => {
		const cart = await readyCart(api, [sku, 1]);
		const { status, headers } = await checkout(api, cart.id, "tok_ok", { "x-request-id": "my-own-id" });
		expect(status).toBe(201);
		expect(headers["x-request-id"]).toBe("my-own-id");
		const trace = await traceWith("a trace from the checkout to its consumers", (spans) =>
			["POST /v1/carts/:cartId/checkout", "consume notifications.orderConfirmation"].every((name) => named(spans, name).length > 0),
		);
		const byId = new Map(trace.map((span) => [span.id, span]));
		const lineage = ({ parentId }: ZipkinSpan): string[] => {
			const parent = parentId === undefined ? undefined : byId.get(parentId);
			return parent ? [parent.name, ...lineage(parent)] : [];
		};
		await shop.relay.drained();
		const [root, ...others] = trace.filter(({ parentId }) => parentId === undefined);
		expect(others).toEqual([]);
		expect(root).toMatchObject({
			name: "POST /v1/carts/:cartId/checkout",
			localEndpoint: { serviceName: "gateway" },
			tags: { "http.response.status_code": "201", "node.id": shop.broker.nodeID },
		});
		const edge = "POST /v1/carts/:cartId/checkout";
		expect(lineage(named(trace, "orders.checkout")[0]!)).toEqual([edge]);
		for (const step of ["carts.beginCheckout", "inventory.reserve", "payments.authorize", "inventory.allocate"])
			expect(lineage(named(trace, step)[0]!)).toEqual(["orders.checkout", edge]);
		const [consumer] = named(trace, "consume notifications.orderConfirmation");
		expect(consumer).toMatchObject({ kind: "CONSUMER", localEndpoint: { serviceName: "notifications" } });
		expect(lineage(consumer!)).toEqual(["orders.checkout", edge]);
		for (const span of trace) expect(span.parentId === undefined || byId.has(span.parentId)).toBe(true);
	});

	test("what a consumer calls belongs to it, and what its call leads to as well", async () => {
		const { body } = await checkout(api, (await readyCart(api, [sku, 1])).id);
		const parcel = { carrier: "Correos", trackingNumber: "PK43" };
		expect((await staff("POST", `/v1/admin/orders/${body.id}/shipments`, parcel)).status).toBe(201);
		const begun =
			({ id }: ZipkinSpan) =>
			(span: ZipkinSpan) =>
				span.parentId === id;
		const trace = await traceWith("a trace from the shipment to the consumer's calls", (spans) => {
			const [consumer] = named(spans, "consume orders.handOver");
			return consumer !== undefined && spans.some(begun(consumer)) && named(spans, "POST /v1/admin/orders/:id/shipments").length > 0;
		});
		const [consumer] = named(trace, "consume orders.handOver");
		expect(trace.filter(begun(consumer!)).map(({ name }) => name)).toEqual(
			expect.arrayContaining(["shipping.dispatch", "inventory.ship"]),
		);
	});

	test("what goes on by itself belongs to nobody's trace", async () => {
		const sent = await eventually(
			() => named(zipkin.spans, "orders.lookup").find(({ parentId }) => parentId === undefined),
			"a mail is made",
		);
		expect(named(zipkin.spans, "POST /v1/carts/:cartId/checkout").map(({ traceId }) => traceId)).not.toContain(sent.traceId);
	});

	test("go on with the one that the client is in, and keep its choice not to be recorded", async () => {
		await api("GET", "/v1/categories", undefined, { traceparent: `00-${TRACE}-${SPAN}-01` });
		const trace = await traceWith("the client's trace", ([first]) => first?.traceId === TRACE);
		expect(named(trace, "GET /v1/categories")[0]).toMatchObject({ parentId: SPAN });

		const other = TRACE.replace("0a", "0b");
		const cart = await readyCart(api, [sku, 1]);
		const { body } = await checkout(api, cart.id, "tok_ok", { traceparent: `00-${other}-${SPAN}-00` });
		// A different page: a cached page is served without a trace.
		await api("GET", "/v1/categories?limit=9", undefined, { traceparent: `00-${TRACE.replace("0a", "0c")}-${SPAN}-01` });
		await traceWith("a later one", ([first]) => first?.traceId === TRACE.replace("0a", "0c"));
		await shop.relay.drained();
		expect(body.status).toBe("confirmed");
		expect(zipkin.spans.filter(({ traceId }) => traceId === other)).toEqual([]);
	});

	test("what is no traceparent begins a trace of its own", async () => {
		await api("GET", "/v1/carts/cart_none", undefined, { traceparent: `00-${"0".repeat(32)}-${SPAN}-01` });
		const trace = await traceWith("the refused request", (spans) =>
			spans.some(({ name, tags }) => name === "GET /v1/carts/:cartId" && tags["http.response.status_code"] === "404"),
		);
		const called = named(trace, "carts.view")[0];
		expect(called?.tags["error"]).toBe("CART_NOT_FOUND");
	});

	test("say nothing of people, and no secret", async () => {
		const cart = await readyCart(api, [sku, 1]);
		const { body } = await checkout(api, cart.id);
		await staff("GET", "/v1/admin/orders?email=ana%40example.com");
		await api("POST", "/v1/auth/login", { email: "ana@example.com", password: "a password of mine" });
		const count = zipkin.spans.length;
		await eventually(() => named(zipkin.spans.slice(count), "auth.login").length > 0, "the login is traced", 20_000);
		await shop.relay.drained();
		const text = decodeURIComponent(zipkin.text().replaceAll("%", "%25"));
		for (const secret of [
			"ana@example.com",
			"ana%40example.com",
			"a password of mine",
			ADDRESS.name,
			ADDRESS.line1,
			cart.id,
			body.orderToken,
			"tok_ok",
			"Bearer",
		])
			expect(text).not.toContain(secret);
	});

	test("a collector that fails costs spans, and nothing else", async () => {
		zipkin.status = 500;
		const { status } = await checkout(api, (await readyCart(api, [sku, 1])).id);
		expect(status).toBe(201);
		zipkin.status = 202;
	});
});

describe("without a collector", () => {
	test("nothing is traced, and what the client says is handed on with the facts", async () => {
		const shop = await startFullProgram();
		try {
			const api = client(shop);
			const sku = await product(await admin(api));
			const cart = await readyCart(api, [sku, 1]);
			const { body } = await checkout(api, cart.id, "tok_ok", { traceparent: `00-${TRACE}-${SPAN}-01` });
			expect(body.status).toBe("confirmed");
			expect(shop.broker.isTracingEnabled()).toBe(false);
			const reader = sqliteStore(`${shop.runtime.settings.dataDir}/tianguis.db`, true);
			const journal = reader.collection(orders);
			await reader.open();
			const history = await journal.history(body.id);
			await reader.close();
			expect(history.map(({ traceparent }) => traceparent)).toContain(`00-${TRACE}-${SPAN}-01`);
		} finally {
			await shop.stop();
		}
	}, 60_000);
});
