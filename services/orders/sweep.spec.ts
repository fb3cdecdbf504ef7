import { call, type Caller } from "@kernel/contract";
import { Inventory } from "@services/inventory/inventory.contract";
import { CAUSE, interrupted, MUG, ordersWorld, placementOf, type OrdersWorld } from "@tests/support/orders";
import { orderSnapshot } from "./context";
import { LEASE_MS } from "./domain/lease";
import { order } from "./domain/order";
import { runProcess } from "./process-runner";
import { RESERVATION_TTL_MS } from "./process-steps";
import { orderRecoverySweep } from "./sweep";

const DONE = ["placed", "paymentRecorded+confirmed", "paymentRecorded"];

describe("the recovery sweep of orders", () => {
	let shop: OrdersWorld;
	let failed: string[];

	const sweepOf = (node = shop.node(), caller: Caller = shop.caller) =>
		orderRecoverySweep(
			node,
			() => caller,
			(id) => failed.push(id),
		);
	const current = async (id: string) => (await shop.node().actors.read(id, orderSnapshot))!.order;

	beforeEach(async () => {
		failed = [];
		shop = await ordersWorld();
		await call(shop.caller, Inventory.set, { sku: MUG, onHand: 100, reason: "count" });
	});
	afterEach(() => shop.stop());

	test("takes up only orders whose lease has ended", async () => {
		await shop.place("ord_old");
		shop.now += LEASE_MS;
		await shop.place("ord_new");
		shop.now += 1;
		await sweepOf()(shop.now);
		expect(await shop.events("ord_old")).toEqual(DONE);
		expect(await shop.events("ord_new")).toEqual(["placed"]);
		expect(await shop.ledger("ord_new")).toEqual([]);
	});

	test("leaves orders with nothing open alone, however old they are", async () => {
		await shop.place("ord_1");
		shop.now += LEASE_MS + 1;
		const sweep = sweepOf();
		await sweep(shop.now);
		const before = await shop.events("ord_1");
		shop.now += 100 * LEASE_MS;
		await shop.collection.count({});
		await sweep(shop.now);
		await sweepOf()(shop.now);
		expect(await shop.events("ord_1")).toEqual(before);
		expect(await shop.ledger("ord_1")).toEqual(["authorize 2000", "capture 2000"]);
	});

	test("two nodes that sweep at once bring an order to one end", async () => {
		await shop.place("ord_1");
		shop.now += LEASE_MS + 1;
		await Promise.all([sweepOf()(shop.now), sweepOf()(shop.now)]);
		expect(await current("ord_1")).toMatchObject({ status: "confirmed", captureWanted: null });
		expect(await shop.ledger("ord_1")).toEqual(["authorize 2000", "capture 2000"]);
		expect(await shop.stock(MUG)).toMatchObject({ reserved: 0, allocated: 2 });
	});

	test("an order that cannot be resumed is reported, does not hold up the others, and is tried again after a pause", async () => {
		await shop.place("ord_bad", { provider: "none" });
		await shop.place("ord_good");
		shop.now += LEASE_MS + 1;
		const sweep = sweepOf();
		await sweep(shop.now);
		expect(failed).toEqual(["ord_bad"]);
		expect(await shop.events("ord_good")).toEqual(DONE);
		await sweep(shop.now + 1_999);
		expect(failed).toHaveLength(1);
		await sweep(shop.now + 2_000);
		expect(failed).toEqual(["ord_bad", "ord_bad"]);
	});

	test("gives up an order whose buyer has not acted by the time its reservation ends", async () => {
		await shop.place("ord_1", { token: "tok_requires_action" });
		const sweep = sweepOf();
		shop.now = 1_000 + RESERVATION_TTL_MS - 1;
		await sweep(shop.now);
		expect(await current("ord_1")).toMatchObject({ status: "pending", payment: { status: "requiresAction" } });
		expect(await shop.stock(MUG)).toMatchObject({ reserved: 2 });
		shop.now += LEASE_MS + 1;
		await shop.collection.count({});
		await sweep(shop.now);
		expect(await current("ord_1")).toMatchObject({
			status: "cancelled",
			cancelReason: "paymentExpired",
			payment: { status: "voided" },
		});
		expect(await shop.stock(MUG)).toMatchObject({ reserved: 0, available: 100 });
	});

	describe("brings a process to the same end whichever of its calls was interrupted", () => {
		const interruptAndSweep = async (id: string, token: string, at: number, when: "before" | "after"): Promise<boolean> => {
			const placement = placementOf(id, { token, placedAt: shop.now });
			const beginning = { order: { ...order.initial(id), ...placement, status: "new" as const }, version: 0, placement };
			const caller = interrupted(shop.caller, at, when);
			const ended = await runProcess(shop.node(), caller, id, CAUSE, beginning).then(
				() => true,
				() => false,
			);
			if (caller.made() < at) return false;
			expect([at, when, ended]).toEqual([at, when, false]);
			shop.now += LEASE_MS + 1;
			await shop.collection.count({});
			await sweepOf()(shop.now);
			return true;
		};

		test.each(["before", "after"] as const)("%s it reached its service: a purchase", async (when) => {
			let at = 1;
			for (; await interruptAndSweep(`ord_${at}`, "tok_ok", at, when); at++) {
				const id = `ord_${at}`;
				expect([at, await current(id)]).toMatchObject([
					at,
					{ status: "confirmed", captureWanted: null, payment: { status: "captured" } },
				]);
				expect([at, await shop.ledger(id)]).toEqual([at, ["authorize 2000", "capture 2000"]]);
				expect([at, await shop.stock(MUG)]).toMatchObject([at, { reserved: 0, allocated: 2 * at }]);
			}
			expect(at).toBe(6); // reserve, authorize, allocate, complete, capture
			expect(failed).toEqual([]);
		});

		test.each(["before", "after"] as const)("%s it reached its service: a declined purchase is compensated", async (when) => {
			let at = 1;
			for (; await interruptAndSweep(`ord_${at}`, "tok_declined", at, when); at++) {
				expect([at, await current(`ord_${at}`)]).toMatchObject([at, { status: "cancelled", cancelReason: "paymentDeclined" }]);
				expect([at, await shop.ledger(`ord_${at}`)]).toEqual([at, []]);
				expect([at, await shop.stock(MUG)]).toMatchObject([at, { reserved: 0, allocated: 0, available: 100 }]);
			}
			expect(at).toBe(6); // reserve, authorize, void, release, reopen
			expect(failed).toEqual([]);
		});
	});
});
