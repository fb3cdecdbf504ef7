import { EVENTS, SERVICE_FACTORIES } from "@services/index";
import type { Order } from "@services/orders/orders.contract";
import { describeMongo, startMongo, type Mongo } from "@tests/support/mongo";
import { world, type World } from "@tests/support/world";
import { readSnapshot, type StoreSnapshot } from "../cli/check/snapshot";
import { checkInvariants, checkWithRetry } from "../cli/check/invariants";
import { admin, ADMIN, checkout, client, product, readyCart, type Client } from "./support/shopper";

const tests = (env: () => Readonly<Record<string, string>>) => {
	let shop: World;
	let staff: Client;
	let api: Client;
	let sku: string;
	let snapshot: StoreSnapshot;
	const settings = () => ({ mongoUrl: env()["MONGO_URL"], dataDir: shop.folder });

	beforeAll(async () => {
		shop = await world(Object.values(SERVICE_FACTORIES), {
			env: { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password, RATE_LIMITS: "off", CAPTURE: "manual", ...env() },
			events: EVENTS,
		});
		await shop.broker.call("users.ensureAdmin", {});
		const gateway = shop.broker.getLocalService("gateway") as unknown as { server: { address(): { port: number } } };
		api = client({ url: `http://127.0.0.1:${gateway.server.address().port}` });
		staff = await admin(api);
		sku = await product(staff, { stock: 50 });
	}, 60_000);
	afterAll(() => shop.stop());

	const buy = async (token?: string): Promise<Order> => (await checkout(api, (await readyCart(api, [sku, 1])).id, token)).body;
	const act = (order: Order, what: string, body: unknown = {}) => staff<Order>("POST", `/v1/admin/orders/${order.id}/${what}`, body);

	test("of a shop that sells meanwhile, all that is asked holds", async () => {
		let selling = true;
		const sale = (async () => {
			while (selling) await buy();
		})();
		const read = () => readSnapshot(settings());
		for (let turn = 0; turn < 3; turn++) {
			const { violations, skipped } = await checkWithRetry(read, () => shop.relay.drained());
			expect(violations).toEqual([]);
			expect(skipped).toEqual([]);
		}
		selling = false;
		await sale;
	});

	test("of a shop at rest, all that has happened was heard of", async () => {
		const [shipped, cancelled, refunded] = [await buy(), await buy(), await buy()];
		await buy("tok_declined");
		for (const order of [shipped, refunded]) expect((await act(order, "capture")).status).toBe(200);
		const parcel = await act(shipped, "shipments", { carrier: "Correos", trackingNumber: "ES1" });
		await staff("POST", `/v1/admin/shipments/${parcel.body.shipments[0]!.id}/deliver`);
		expect((await act(cancelled, "cancel")).status).toBe(200);
		await act(refunded, "refunds", { amount: { amount: 100, currency: "EUR" } });
		await shop.relay.drained();
		snapshot = await readSnapshot(settings());
		const { violations, counted } = checkInvariants(snapshot, { quiet: true });
		expect(violations).toEqual([]);
		expect(counted).toMatchObject({ shipments: 1, "orders still open": 0 });
		expect(counted["notifications"]).toBeGreaterThan(4);
	});

	const broken = (change: (snapshot: StoreSnapshot) => Partial<StoreSnapshot>) =>
		new Set(checkInvariants({ ...snapshot, ...change(snapshot) }, { quiet: true }).violations.map(({ invariant }) => invariant));

	test("what is missing or too much is found", () => {
		const { notifications, shipments } = snapshot.followers!;
		// The output must contain at least this.
		const due = notifications.find(({ state }) => state.news?.template === "order-confirmation")!;
		const fewer = notifications.filter(({ id }) => id !== due.id);
		expect(broken(() => ({ followers: { shipments, notifications: fewer } }))).toEqual(new Set(["I9"]));
		expect(broken(() => ({ followers: { shipments: [], notifications } }))).toEqual(new Set(["I9"]));
		const twice = [...notifications, { ...due, id: "ntf_another" }];
		expect(broken(() => ({ followers: { shipments, notifications: twice } }))).toEqual(new Set(["I9"]));
		expect(broken(() => ({ orders: [] }))).toContain("I8");
		expect(
			broken(({ orders: [first, ...orders] }) => ({ orders: [{ ...first!, history: first!.history.slice(1) }, ...orders] })),
		).toContain("I8");
		expect(
			broken(({ stocks }) => ({ stocks: stocks.map((stock) => ({ ...stock, state: { ...stock.state, reserved: 1 } })) })),
		).toContain("I1");
		const heardOfNothing = ({ payments: [payment, ...payments] }: StoreSnapshot): Partial<StoreSnapshot> => {
			const { id, state, version, history } = payment!;
			const event = { type: "payment.changed", paymentId: id, orderId: state.orderId, status: "captured" } as const;
			const commit = { ...history.at(-1)!, version: version + 1, events: [event] };
			return { payments: [{ id, state, version: version + 1, history: [...history, commit] }, ...payments] };
		};
		expect(broken(heardOfNothing)).toEqual(new Set(["I9"]));
	});

	test("what is on its way is not lost, and what was read over time is not asked of others", () => {
		const { shipments } = snapshot.followers!;
		expect(checkInvariants({ ...snapshot, followers: { shipments, notifications: [] } }).violations).toEqual([]);
		expect(checkInvariants({ ...snapshot, orders: [], isInconsistent: true })).toMatchObject({ violations: [], skipped: ["I4", "I9"] });
	});
};

describe("npm run check on a data folder", () => {
	tests(() => ({}));
});

describeMongo("npm run check on MongoDB", () => {
	let mongo: Mongo;
	const database = `tianguis_check_${process.pid}`;
	beforeAll(async () => {
		mongo = await startMongo();
	}, 60_000);
	afterAll(async () => {
		await mongo.drop(database);
		await mongo.stop();
	});
	tests(() => ({ MONGO_URL: mongo.url(database) }));
});
