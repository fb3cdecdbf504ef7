import { Value } from "@sinclair/typebox/value";
import type { Context, Middleware } from "moleculer";
import type { Runtime } from "@config/runtime";
import type { CloudEvent } from "@kernel/cloud-event";
import { CONSUMERS } from "@services/consumers";
import { ACTIONS, EVENTS, SERVICE_FACTORIES } from "@services/index";
import { eventually, world, type World } from "@tests/support/world";
import { admin, ADMIN, cartWith, checkout, client, DETAILS, login, product, readyCart, type Client } from "../support/shopper";

const contracts = new Map(ACTIONS.map((contract) => [contract.name, contract]));

/** Checks every reply of the program against its contract. */
const replies = () => {
	const seen = new Map<string, number>();
	const broken: string[] = [];
	const middleware: Middleware = {
		name: "replies",
		localAction(next: (ctx: Context) => Promise<unknown>, action: { name?: string }) {
			const contract = contracts.get(action.name ?? "");
			if (contract?.http.answer !== "json") return next;
			return async (ctx: Context) => {
				const reply = await next(ctx);
				seen.set(contract.name, (seen.get(contract.name) ?? 0) + 1);
				for (const { path, message } of [...Value.Errors(contract.returns, reply)].slice(0, 3))
					broken.push(`${contract.name}${path}: ${message}`);
				return reply;
			};
		},
	};
	return { seen, broken, middleware };
};

describe("what is promised", () => {
	let shop: World;
	let api: Client;
	let staff: Client;
	const watched = replies();
	const published: CloudEvent[] = [];
	const consuming = new Map<string, string>();

	beforeAll(async () => {
		const listened = Object.values(SERVICE_FACTORIES).map((stall) => (runtime: Runtime) => {
			const subscribe: Runtime["bus"]["subscribe"] = (subscription) => {
				consuming.set(subscription.name, subscription.event.type);
				return runtime.bus.subscribe(subscription);
			};
			return stall({ ...runtime, bus: { ...runtime.bus, subscribe } });
		});
		shop = await world(listened, {
			env: { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password, RATE_LIMITS: "off" },
			events: EVENTS,
			middlewares: [watched.middleware],
		});
		const { bus } = shop.runtime;
		const publish = bus.publish.bind(bus);
		bus.publish = (events) => {
			published.push(...events);
			return publish(events);
		};
		await shop.broker.call("users.ensureAdmin", {});
		const gateway = shop.broker.getLocalService("gateway") as unknown as { server: { address(): { port: number } } };
		api = client({ url: `http://127.0.0.1:${gateway.server.address().port}` });
		staff = await admin(api);
	}, 60_000);
	afterAll(() => shop.stop());

	test("is kept on a walk through the shop", async () => {
		const sku = await product(staff, { stock: 50 });
		const bought = (await checkout(api, (await readyCart(api, [sku, 2])).id)).body;
		await staff("POST", `/v1/admin/orders/${bought.id}/refunds`, { amount: { amount: 100, currency: "EUR" }, reason: "scratch" });
		const shipped = await staff<{ shipments: { id: string }[] }>("POST", `/v1/admin/orders/${bought.id}/shipments`, {
			carrier: "Correos",
			trackingNumber: "1",
		});
		await staff("POST", `/v1/admin/shipments/${shipped.body.shipments[0]!.id}/deliver`);
		const second = (await checkout(api, (await readyCart(api, [sku, 1])).id)).body;
		await staff("POST", `/v1/admin/orders/${second.id}/cancel`, {});
		await checkout(api, (await readyCart(api, [sku, 1])).id, "tok_declined");
		await staff("POST", `/v1/admin/stock/${sku}/adjustments`, { delta: -43, reason: "count" });

		const account = { email: "ana@example.com", password: "a very long password of ana", name: "Ana" };
		await api("POST", "/v1/auth/register", account);
		await api("POST", "/v1/auth/register", account);
		await api("POST", "/v1/auth/password/forgot", { email: account.email });
		const ana = await login(api, { email: account.email, password: account.password });
		const guest = await cartWith(api, [sku, 1]);
		await ana("GET", "/v1/me/cart");
		await ana("POST", `/v1/carts/${guest.id}/claim`, {});
		await ana("PATCH", `/v1/carts/${guest.id}`, DETAILS);
		await checkout(ana, guest.id);
		await ana("POST", "/v1/me/addresses", DETAILS.shippingAddress);
		for (const path of ["/v1/me", "/v1/me/orders", "/v1/me/addresses", "/v1/me/export", "/v1/products", "/v1/categories"])
			expect((await ana("GET", path)).status).toBe(200);
		await ana("PATCH", "/v1/me", { name: "Ana B" });
		for (const path of [
			"orders",
			"users",
			"products",
			"audit",
			"dead-letters",
			"payments/test/ledger",
			`stock/${sku}`,
			`orders/${bought.id}`,
		])
			expect((await staff("GET", `/v1/admin/${path}`)).status).toBe(200);
		await eventually(() => published.some(({ type }) => type === "stock.availabilityChanged"), "all is published");
		await shop.relay.drained();

		expect(watched.broken).toEqual([]);
		expect(watched.seen.size).toBeGreaterThan(40);
	}, 60_000);

	test("each consumer is announced with its event, for nodes that do not host it", () => {
		const elsewhere = new Set(["products.changed", "products.removed"]); // only where other nodes share the store
		const announced = CONSUMERS.filter(({ name }) => !elsewhere.has(name)).map(({ name, event }) => [name, event.type]);
		expect([...consuming].sort()).toEqual(announced.sort());
	});

	test("each event that travelled is what its contract says, under a name that is known", () => {
		const facts = new Map(EVENTS.map((event) => [event.type, event]));
		expect(new Set(published.map(({ type }) => type)).size).toBeGreaterThan(9);
		for (const { type, data } of published)
			expect([type, facts.has(type) && Value.Check(facts.get(type)!.data, data)]).toEqual([type, true]);
	});
});
