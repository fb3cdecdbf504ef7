import { call, tryCall, type ActionContract, type Caller, type ParamsOf } from "@kernel/contract";
import { isRejection } from "@kernel/rejection";
import { eventually, world, type World } from "@tests/support/world";
import { Inventory, InventoryEvents, MAX_STOCK } from "./inventory.contract";
import { inventory } from "./inventory.service";

const ORDER = "ord_1";
const OTHER = "ord_2";
const EXPIRES = 2_000_000_000_000;

describe("the inventory service", () => {
	let shop: World;
	let changes: unknown[];
	let folder: string | undefined;

	const start = async () => {
		shop = await world([inventory], { events: Object.values(InventoryEvents), ...(folder !== undefined && { folder }) });
		await shop.runtime.bus.subscribe({
			...{ name: "test.onAvailability", event: InventoryEvents.availabilityChanged },
			handle: ({ data }) => {
				changes.push(data);
				return Promise.resolve();
			},
		});
	};
	const under = (seed?: string): Caller => ({
		call: (name, params) => shop.broker.call(name, params, { meta: seed === undefined ? {} : { seed } }),
	});
	const ask = <Action extends ActionContract>(action: Action, params: ParamsOf<Action>, seed?: string) =>
		call(under(seed), action, params);
	const refusal = async <Action extends ActionContract>(action: Action, params: ParamsOf<Action>, seed?: string) => {
		const answer = await tryCall(under(seed), action, params);
		return isRejection(answer) ? answer : undefined;
	};
	const count = (sku: string, onHand: number) => ask(Inventory.set, { sku, onHand, reason: "count" });
	const reserve = (sku: string, quantity: number, orderId = ORDER) =>
		ask(Inventory.reserve, { sku, orderId, quantity, expiresAt: EXPIRES });

	beforeEach(async () => {
		[changes, folder] = [[], undefined];
		await start();
	});
	afterEach(() => shop.stop());

	test("takes an order's units from reservation to shipment, and each request sent twice happens once", async () => {
		await count("A", 5);
		const shipment = { sku: "A", orderId: ORDER, shipmentId: "shp_1", quantity: 2 };
		for (const twice of [1, 2]) {
			expect([twice, await reserve("A", 2)]).toEqual([twice, { sku: "A", onHand: 5, reserved: 2, allocated: 0, available: 3 }]);
		}
		for (const twice of [1, 2]) {
			const level = await ask(Inventory.allocate, { sku: "A", orderId: ORDER });
			expect([twice, level]).toEqual([twice, { sku: "A", onHand: 5, reserved: 0, allocated: 2, available: 3 }]);
		}
		for (const twice of [1, 2]) {
			const level = await ask(Inventory.ship, shipment);
			expect([twice, level]).toEqual([twice, { sku: "A", onHand: 3, reserved: 0, allocated: 0, available: 3 }]);
		}
	});

	test("refuses to reserve more than is available, says how much that is, and holds nothing", async () => {
		await count("A", 3);
		await reserve("A", 2);
		expect(await refusal(Inventory.reserve, { sku: "A", orderId: OTHER, quantity: 2, expiresAt: EXPIRES })).toMatchObject({
			rejected: "OUT_OF_STOCK",
			detail: { available: 1 },
		});
		expect(await ask(Inventory.level, { sku: "A" })).toMatchObject({ reserved: 2, available: 1 });
	});

	test("concurrent orders never get more than there is", async () => {
		await count("A", 5);
		const orders = Array.from({ length: 12 }, (_, index) => `ord_${index}`);
		const outcomes = await Promise.all(
			orders.map((orderId) => refusal(Inventory.reserve, { sku: "A", orderId, quantity: 1, expiresAt: EXPIRES })),
		);
		expect(outcomes.filter((outcome) => outcome === undefined)).toHaveLength(5);
		expect(await ask(Inventory.level, { sku: "A" })).toMatchObject({ reserved: 5, available: 0 });
	});

	test("a release gives back what the order holds; a reservation of it that was delayed is refused", async () => {
		await count("A", 3);
		await reserve("A", 2);
		expect(await ask(Inventory.release, { sku: "A", orderId: ORDER })).toMatchObject({ reserved: 0, available: 3 });
		expect(await refusal(Inventory.reserve, { sku: "A", orderId: ORDER, quantity: 2, expiresAt: EXPIRES })).toMatchObject({
			rejected: "ILLEGAL_TRANSITION",
		});
		expect(await refusal(Inventory.allocate, { sku: "A", orderId: ORDER })).toMatchObject({ rejected: "ILLEGAL_TRANSITION" });
	});

	test("refuses to ship more than is allocated", async () => {
		await count("A", 3);
		await reserve("A", 2);
		await ask(Inventory.allocate, { sku: "A", orderId: ORDER });
		const shipment = { sku: "A", orderId: ORDER, shipmentId: "shp_1", quantity: 3 };
		expect(await refusal(Inventory.ship, shipment)).toMatchObject({ rejected: "ILLEGAL_TRANSITION" });
		expect(await ask(Inventory.level, { sku: "A" })).toMatchObject({ onHand: 3, allocated: 2 });
	});

	describe("a count", () => {
		test("says whether it changed anything", async () => {
			expect(await count("A", 3)).toMatchObject({ changed: true, level: { onHand: 3 } });
			expect(await count("A", 3)).toMatchObject({ changed: false, level: { onHand: 3 } });
			expect(await count("A", 4)).toMatchObject({ changed: true, level: { onHand: 4 } });
			expect(await count("ZERO", 0)).toMatchObject({ changed: true, level: { onHand: 0 } });
		});

		test("below what orders hold is refused", async () => {
			await count("A", 3);
			await reserve("A", 2);
			expect(await refusal(Inventory.set, { sku: "A", onHand: 1, reason: "count" })).toMatchObject({ rejected: "STOCK_TOO_LOW" });
		});

		test("of new SKUs only leaves the others as they are", async () => {
			await count("A", 3);
			const initial = { onHand: 9, reason: "import", onlyNew: true };
			expect(await ask(Inventory.set, { sku: "A", ...initial })).toMatchObject({ changed: false, level: { onHand: 3 } });
			expect(await ask(Inventory.set, { sku: "B", ...initial })).toMatchObject({ changed: true, level: { onHand: 9 } });
		});
	});

	describe("an adjustment", () => {
		test("sent again under the same key adjusts once, under another key again", async () => {
			await count("A", 10);
			const adjust = (seed: string) => ask(Inventory.adjust, { sku: "A", delta: -2, reason: "damaged" }, seed);
			const [one, two] = ["a".repeat(32), "b".repeat(32)];
			expect(await adjust(one)).toMatchObject({ onHand: 8 });
			expect(await adjust(one)).toMatchObject({ onHand: 8 });
			expect(await adjust(two)).toMatchObject({ onHand: 6 });
		});

		test.each([
			["of a SKU that was never counted", "NEVER", 1, "SKU_NOT_FOUND"],
			["below what is available", "A", -4, "STOCK_TOO_LOW"],
			["above the maximum", "A", MAX_STOCK, "VALIDATION_FAILED"],
		])("%s is refused and changes nothing", async (_, sku, delta, code) => {
			await count("A", 3);
			expect(await refusal(Inventory.adjust, { sku, delta, reason: "count" })).toMatchObject({ rejected: code });
			expect(await ask(Inventory.level, { sku: "A" })).toMatchObject({ onHand: 3 });
		});
	});

	describe("SKUs that were never counted", () => {
		test("have no level, also after an order gave up a reservation of them", async () => {
			await ask(Inventory.release, { sku: "NEVER", orderId: ORDER });
			expect(await refusal(Inventory.level, { sku: "NEVER" })).toMatchObject({ rejected: "SKU_NOT_FOUND" });
			expect(await ask(Inventory.availability, { sku: "NEVER", quantity: 1 })).toEqual({ available: 0 });
		});

		test.each([3, 150])("are left out of the levels of %i SKUs, whose order stays", async (asked) => {
			await count("B", 2);
			await count("A", 1);
			const others = Array.from({ length: asked - 2 }, (_, index) => `NEVER-${index}`);
			const levels = await ask(Inventory.levels, { skus: ["B", ...others, "A"] });
			expect(levels.map(({ sku, onHand }) => [sku, onHand])).toEqual([
				["B", 2],
				["A", 1],
			]);
		});
	});

	test("publishes when the first unit becomes available and when the last one is taken, and not between", async () => {
		await count("A", 2);
		await reserve("A", 1, ORDER);
		await reserve("A", 1, OTHER);
		await ask(Inventory.release, { sku: "A", orderId: ORDER });
		await eventually(() => changes.length >= 3, "the events");
		await shop.relay.drained();
		expect(changes).toEqual([
			{ sku: "A", available: 2 },
			{ sku: "A", available: 0 },
			{ sku: "A", available: 1 },
		]);
	});

	test("validates its parameters", async () => {
		const refused = await ask(Inventory.set, { sku: "A", onHand: -1, reason: "count" }).catch((cause: unknown) => cause);
		expect(refused).toMatchObject({ code: 400, type: "VALIDATION_FAILED", data: { errors: [{ path: "/onHand" }] } });
	});

	test("holds survive a restart", async () => {
		await count("A", 3);
		await reserve("A", 2);
		folder = shop.folder;
		await shop.pause();
		await start();
		expect(await ask(Inventory.level, { sku: "A" })).toEqual({ sku: "A", onHand: 3, reserved: 2, allocated: 0, available: 1 });
	});
});
