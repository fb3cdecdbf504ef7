import { randomUUID } from "node:crypto";
import { SERVICES } from "@config/env";
import type { Cart } from "@services/carts/carts.contract";
import type { Order } from "@services/orders/orders.contract";
import { checkInvariants } from "../../cli/check/invariants";
import { customerJourneys } from "../journeys/customer";
import { guestJourneys } from "../journeys/guest";
import { staffJourneys } from "../journeys/staff";
import { SPLIT, startCluster, troublesOf, type Cluster } from "../support/cluster";
import { describeWith, engines } from "../support/engines";
import { admin, checkout, client, orderOf, product, readyCart, type Client } from "../support/shopper";
import { eventually } from "../support/world";

/**
 * Two clusters over the same engines. In the first, services run on different nodes. In the second, each node hosts all services, and staff
 * capture payments. Consecutive requests go to different gateways.
 */
describeWith("redis", "rabbitmq", "mongodb", "clusters of several nodes", () => {
	let clusters: readonly Cluster[];
	const first = (): Cluster => clusters[0]!;
	const second = (): Cluster => clusters[1]!;

	jest.setTimeout(60_000); // requests are slower with eight processes on one machine
	beforeAll(async () => {
		const urls = engines() as Required<ReturnType<typeof engines>>;
		clusters = await Promise.all([
			startCluster(urls, { groups: SPLIT }),
			startCluster(urls, { groups: [SERVICES.join(",")], env: { CAPTURE: "manual" } }),
		]);
	}, 120_000);
	afterAll(async () => {
		const ends = await Promise.all(clusters.map((cluster) => cluster.stop()));
		const violations = await Promise.all(clusters.map(async (cluster) => checkInvariants(await cluster.snapshot()).violations));
		await Promise.all(clusters.map((cluster) => cluster.discard()));
		expect(violations).toEqual([[], []]);
		expect(ends.flat().filter((code) => code !== 0)).toEqual([]);
		expect(clusters.flatMap(troublesOf)).toEqual([]);
	}, 60_000);

	describe("a guest", () => {
		guestJourneys(first);
	});
	describe("a customer", () => {
		customerJourneys(first);
	});
	describe("staff", () => {
		staffJourneys(second);
	});

	describe("what one gateway answered, the other knows", () => {
		let gateways: readonly [Client, Client];
		let staff: readonly [Client, Client];
		beforeAll(async () => {
			const [one, two] = first().urls.map((url) => client({ url }));
			gateways = [one!, two!];
			staff = [await admin(one!), await admin(two!)];
		});

		test("an order, at once", async () => {
			const sku = await product(staff[0]);
			const { body } = await checkout(gateways[0], (await readyCart(gateways[0], [sku, 1])).id);
			expect(await orderOf(gateways[1], body)).toMatchObject({ id: body.id, status: "confirmed" });
			expect((await gateways[1]<Cart>("GET", `/v1/carts/${(await readyCart(gateways[0], [sku, 1])).id}`)).status).toBe(200);
		});

		test("a product that was imported or changed, within two seconds", async () => {
			const sku = await product(staff[0], { price: 1_000 });
			const path = `/v1/products/${sku.toLowerCase()}`;
			interface Shown {
				readonly id: string;
				readonly inStock: boolean;
				readonly variants: readonly { readonly price: { readonly amount: number } }[];
			}
			const shown = await eventually(
				async () => {
					const { status, body } = await gateways[1]<Shown>("GET", path);
					return status === 200 && body.inStock && body;
				},
				"it is shown",
				2_000,
			);
			const price = { amount: 1_500, currency: "EUR" };
			await staff[1]("PATCH", `/v1/admin/products/${shown.id}`, { variants: [{ sku, price }] });
			for (const gateway of gateways)
				await eventually(
					async () => (await gateway<Shown>("GET", path)).body.variants[0]?.price.amount === price.amount,
					"the new price is shown",
					2_000,
				);
		});

		test("the answer to an Idempotency-Key, and that it is taken", async () => {
			const sku = await product(staff[0]);
			const cart = await readyCart(gateways[0], [sku, 1]);
			const key = { "idempotency-key": randomUUID() };
			const answers = [await checkout(gateways[0], cart.id, "tok_ok", key), await checkout(gateways[1], cart.id, "tok_ok", key)];
			expect(answers.map(({ status }) => status)).toEqual([201, 201]);
			expect(answers[1]!.text).toBe(answers[0]!.text);
			expect(answers[1]!.headers["idempotency-replayed"]).toBe("true");
			expect((await checkout(gateways[1], cart.id, "tok_flaky", key)).body.code).toBe("IDEMPOTENCY_KEY_REUSED");
		});

		test("that a cart is being checked out: ten at once at both, one order", async () => {
			const sku = await product(staff[0]);
			const cart = await readyCart(gateways[0], [sku, 1]);
			const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => checkout(gateways[index % 2]!, cart.id)));
			expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
			for (const { status, body } of answers)
				if (status !== 201) expect(["CHECKOUT_IN_PROGRESS", "CART_ALREADY_ORDERED"]).toContain(body.code);
			const found = await staff[1]<{ allocated: number }>("GET", `/v1/admin/stock/${sku}`);
			expect(found.body).toMatchObject({ onHand: 10, reserved: 0, allocated: 1 });
		});
	});

	test("two clusters on the same engines do not share nodes, orders, products or events", async () => {
		const sku = await product(await admin(client(first())));
		const order = (await checkout(client(first()), (await readyCart(client(first()), [sku, 1])).id)).body;
		const there = client(second());
		expect((await there("GET", `/v1/orders/${order.id}`, undefined, { "x-order-token": order.orderToken })).status).toBe(404);
		expect((await there("GET", `/v1/products/${sku.toLowerCase()}`)).status).toBe(404);
		expect(
			(await (await admin(there))<{ items: Order[] }>("GET", `/v1/admin/orders?email=${order.email}&limit=100`)).body.items,
		).toEqual(expect.not.arrayContaining([expect.objectContaining({ id: order.id })]));
		await eventually(async () => checkInvariants(await first().snapshot()).counted["notifications"], "a fact has arrived");
		const [mine, theirs] = await Promise.all(clusters.map((cluster) => cluster.snapshot()));
		const ids = (snapshot: typeof mine) => new Set(snapshot!.followers!.notifications.map(({ id }) => id));
		expect([...ids(mine)].filter((id) => ids(theirs).has(id))).toEqual([]);
		expect(theirs!.stocks.map(({ id }) => id)).not.toContain(sku);
	});
});
