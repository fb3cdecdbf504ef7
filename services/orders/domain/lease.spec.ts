import { isDue, LEASE_MS } from "./lease";
import type { Order } from "./model";
import { order } from "./order";

const open = (more: Partial<Order> = {}): Order => ({ ...order.initial("ord_1"), status: "pending", updatedAt: 100_000, ...more });

test("an open order belongs to the last writing node until its lease ends", () => {
	expect(isDue(open(), 100_000 + LEASE_MS - 1)).toBe(false);
	expect(isDue(open(), 100_000 + LEASE_MS)).toBe(true);
});

test("the lease is at most 7 s, so that with the sweep interval another node takes over within 10 s", () => {
	for (const state of [open(), open({ cancelling: "mistake" }), open({ status: "confirmed", captureWanted: 1 })])
		expect(isDue(state, state.updatedAt + 7_000)).toBe(true);
});

test("each commit renews the lease", () => {
	const placed = order.evolve(order.initial("ord_1"), {
		type: "order.placed",
		orderId: "ord_1",
		placement: { ...open(), placedAt: 1 },
		at: 50_000,
	});
	expect(isDue({ ...placed, status: "pending" }, 50_000 + LEASE_MS - 1)).toBe(false);
	const after = order.evolve(placed, { type: "order.cancelRequested", reason: "mistake", at: 60_000 });
	expect([isDue(after, 60_000 + LEASE_MS - 1), isDue(after, 60_000 + LEASE_MS)]).toEqual([false, true]);
});

test("the lease of an order without a commit time begins when it was placed", () => {
	const placed = order.evolve(order.initial("ord_1"), {
		type: "order.placed",
		orderId: "ord_1",
		placement: { ...open(), placedAt: 50_000 },
	});
	expect([isDue(placed, 50_000 + LEASE_MS - 1), isDue(placed, 50_000 + LEASE_MS)]).toEqual([false, true]);
});

test("an order that is not open is never due", () => {
	for (const state of [open({ status: "confirmed" }), open({ status: "completed" }), open({ status: "cancelled" })])
		expect(isDue(state, Number.MAX_SAFE_INTEGER)).toBe(false);
});
