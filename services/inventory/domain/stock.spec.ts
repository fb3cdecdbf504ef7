import fc from "fast-check";
import { isRejection } from "@kernel/rejection";
import { available, stock, type StockEvent } from "./stock";

const { receive, set, adjust, reserve, allocate, release, ship } = stock.commands;
const given = (...past: StockEvent[]) => past.reduce(stock.evolve, stock.initial("MUG-1"));

const received: StockEvent = { type: "stock.received", quantity: 2, reason: "count" };
const reserved: StockEvent = { type: "stock.reserved", orderId: "ord_a", quantity: 2, expiresAt: 1 };
const allocated: StockEvent = { type: "stock.allocated", orderId: "ord_a", quantity: 2 };
const gone: StockEvent = { type: "stock.availabilityChanged", sku: "MUG-1", available: 0 };
const back: StockEvent = { type: "stock.availabilityChanged", sku: "MUG-1", available: 2 };

describe("receive", () => {
	test("counts a new SKU and publishes its availability", () => {
		expect(receive({ onHand: 2, reason: "count" }, given())).toEqual([received, back]);
	});
	test("rejects a SKU that was counted before, also with 0 units", () => {
		for (const past of [received, { ...received, quantity: 0 }])
			expect(receive({ onHand: 9, reason: "count" }, given(past))).toMatchObject({ rejected: "ILLEGAL_TRANSITION" });
	});
});

describe("set", () => {
	test("counts a new SKU and publishes its availability", () => {
		expect(set({ onHand: 2, reason: "count" }, given())).toEqual([received, back]);
	});
	test("adjusts a counted SKU by the difference, if any", () => {
		expect(set({ onHand: 5, reason: "count" }, given(received))).toEqual([{ type: "stock.adjusted", delta: 3, reason: "count" }]);
		expect(set({ onHand: 2, reason: "count" }, given(received))).toEqual([]);
	});
	test("does not go below the reserved and allocated quantity", () => {
		expect(set({ onHand: 1, reason: "count" }, given(received, reserved))).toMatchObject({ rejected: "STOCK_TOO_LOW" });
	});
});

describe("reserve", () => {
	test("reserves available units and publishes that none is left", () => {
		expect(reserve({ orderId: "ord_a", quantity: 2, expiresAt: 1 }, given(received))).toEqual([reserved, gone]);
	});
	test("rejects a larger quantity and returns the available one", () => {
		expect(reserve({ orderId: "ord_a", quantity: 3, expiresAt: 1 }, given(received))).toEqual({
			rejected: "OUT_OF_STOCK",
			detail: { available: 2 },
		});
	});
	test("is idempotent, allocated or not", () => {
		expect(reserve({ orderId: "ord_a", quantity: 2, expiresAt: 9 }, given(received, reserved))).toEqual([]);
		expect(reserve({ orderId: "ord_a", quantity: 2, expiresAt: 9 }, given(received, reserved, allocated))).toEqual([]);
	});
	test("rejects another quantity for the same order", () => {
		expect(reserve({ orderId: "ord_a", quantity: 1, expiresAt: 1 }, given(received, reserved))).toMatchObject({
			rejected: "ILLEGAL_TRANSITION",
		});
	});
});

describe("release", () => {
	test("releases reserved and allocated units", () => {
		const released: StockEvent = { type: "stock.released", orderId: "ord_a", quantity: 2 };
		expect(release({ orderId: "ord_a" }, given(received, reserved))).toEqual([released, back]);
		expect(release({ orderId: "ord_a" }, given(received, reserved, allocated))).toEqual([released, back]);
	});
	const withdrawn: StockEvent = { type: "stock.withdrawn", orderId: "ord_a" };
	test("without a hold records the withdrawal once", () => {
		expect(release({ orderId: "ord_a" }, given(received))).toEqual([withdrawn]);
		expect(release({ orderId: "ord_a" }, given(received, withdrawn))).toEqual([]);
	});
	test("a reservation that arrives after the release is rejected", () => {
		const released: StockEvent = { type: "stock.released", orderId: "ord_a", quantity: 2 };
		for (const past of [given(received, withdrawn), given(received, reserved, released)])
			expect(reserve({ orderId: "ord_a", quantity: 1, expiresAt: 1 }, past)).toMatchObject({ rejected: "ILLEGAL_TRANSITION" });
		expect(release({ orderId: "ord_a" }, given(received, reserved, released))).toEqual([]);
	});
});

describe("ship", () => {
	test("ships an allocation in parts, each shipment once", () => {
		const first: StockEvent = { type: "stock.shipped", orderId: "ord_a", shipmentId: "shp_1", quantity: 1 };
		const state = given(received, reserved, allocated, first);
		expect(ship({ orderId: "ord_a", shipmentId: "shp_1", quantity: 1 }, state)).toEqual([]);
		expect(ship({ orderId: "ord_a", shipmentId: "shp_2", quantity: 1 }, state)).toEqual([{ ...first, shipmentId: "shp_2" }]);
	});
	test("a reservation that arrives after the last shipment is rejected, and that shipment is idempotent", () => {
		const all: StockEvent = { type: "stock.shipped", orderId: "ord_a", shipmentId: "shp_1", quantity: 2 };
		const gone = given(received, reserved, allocated, all);
		expect(reserve({ orderId: "ord_a", quantity: 2, expiresAt: 1 }, gone)).toMatchObject({ rejected: "ILLEGAL_TRANSITION" });
		expect(ship({ orderId: "ord_a", shipmentId: "shp_1", quantity: 2 }, gone)).toEqual([]);
		expect(release({ orderId: "ord_a" }, gone)).toEqual([]);
	});
	test("rejects reserved units and more than the allocated quantity", () => {
		expect(ship({ orderId: "ord_a", shipmentId: "shp_1", quantity: 1 }, given(received, reserved))).toMatchObject({
			rejected: "ILLEGAL_TRANSITION",
		});
		expect(ship({ orderId: "ord_a", shipmentId: "shp_1", quantity: 3 }, given(received, reserved, allocated))).toMatchObject({
			rejected: "ILLEGAL_TRANSITION",
		});
	});
});

test("a repeated adjustment has no effect", () => {
	const command = { delta: 2, reason: "found", by: "mark" };
	const once = adjust(command, given(received)) as StockEvent[];
	expect(once).toMatchObject([{ type: "stock.adjusted", delta: 2, by: "mark" }]);
	expect(adjust(command, given(received, ...once))).toEqual([]);
	expect(adjust({ ...command, by: "another" }, given(received, ...once))).toHaveLength(1);
});

test("an adjustment below the reserved and allocated quantity is rejected", () => {
	expect(adjust({ delta: -1, reason: "broken" }, given(received, reserved))).toMatchObject({ rejected: "STOCK_TOO_LOW" });
});

test("only reserved units can be allocated", () => {
	expect(allocate({ orderId: "ord_b" }, given(received))).toMatchObject({ rejected: "ILLEGAL_TRANSITION" });
});

test("for any commands: no unit is promised twice, and the sums are consistent (I1)", () => {
	const orderId = fc.constantFrom("ord_a", "ord_b", "ord_c");
	const quantity = fc.integer({ min: 1, max: 5 });
	const command = fc.oneof(
		fc.record({ name: fc.constantFrom("receive" as const, "set" as const), onHand: fc.nat({ max: 9 }), reason: fc.constant("") }),
		fc.record({ name: fc.constant("adjust" as const), delta: fc.integer({ min: -5, max: 5 }), reason: fc.constant("") }),
		fc.record({ name: fc.constant("reserve" as const), orderId, quantity, expiresAt: fc.constant(1) }),
		fc.record({ name: fc.constant("allocate" as const), orderId }),
		fc.record({ name: fc.constant("release" as const), orderId }),
		fc.record({ name: fc.constant("ship" as const), orderId, shipmentId: fc.constantFrom("shp_1", "shp_2"), quantity }),
	);
	fc.assert(
		fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
			const events: StockEvent[] = [];
			let state = stock.initial("MUG-1");
			for (const { name, ...args } of commands) {
				const outcome = stock.commands[name](args as never, state);
				if (isRejection(outcome)) continue;
				events.push(...(outcome as StockEvent[]));
				state = (outcome as StockEvent[]).reduce(stock.evolve, state);
				expect(available(state)).toBeGreaterThanOrEqual(0);
				expect(state.onHand).toBe(state.received + state.adjusted - state.shipped);
			}
			expect(events.reduce(stock.evolve, stock.initial("MUG-1"))).toEqual(state);
		}),
	);
});
