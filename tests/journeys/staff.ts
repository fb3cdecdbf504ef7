import type { Order } from "@services/orders/orders.contract";
import { eventually } from "@tests/support/world";
import {
	admin,
	cartWith,
	checkout,
	client,
	product,
	readyCart,
	type Client,
	type PlacedOrder,
	type RunningShop,
	type Problem,
} from "../support/shopper";

/** Journeys of staff in a shop with manual capture. */
export const staffJourneys = (shop: () => RunningShop): void => {
	let api: Client;
	let staff: Client;

	beforeAll(async () => {
		api = client(shop());
		staff = await admin(api);
	});

	const bought = async (quantity = 3, token = "tok_ok"): Promise<{ sku: string; order: PlacedOrder }> => {
		const sku = await product(staff, { price: 1_000 });
		const { status, body } = await checkout(api, (await readyCart(api, [sku, quantity])).id, token);
		expect([status, body.paymentStatus]).toEqual([201, "authorized"]);
		return { sku, order: body };
	};
	const act = (order: Pick<Order, "id">, what: string, body: unknown = {}) =>
		staff<Order & Problem>("POST", `/v1/admin/orders/${order.id}/${what}`, body);
	const stockOf = async (sku: string) =>
		(await staff<{ onHand: number; allocated: number; available: number }>("GET", `/v1/admin/stock/${sku}`)).body;

	test("capture, ship in two parcels, deliver: completed", async () => {
		const { sku, order } = await bought();
		const line = order.lines[0]!;
		expect((await act(order, "capture")).body.paymentStatus).toBe("captured");
		expect((await act(order, "capture")).body.code).toBe("ILLEGAL_TRANSITION");
		const first = await act(order, "shipments", {
			lines: [{ lineId: line.id, quantity: 1 }],
			carrier: "Correos",
			trackingNumber: "ES1",
		});
		expect([first.status, first.body.fulfilmentStatus, first.body.lines[0]?.shippedQuantity]).toEqual([201, "partiallyShipped", 1]);
		expect(await stockOf(sku)).toMatchObject({ onHand: 9, allocated: 2, available: 7 });
		expect(
			(await act(order, "shipments", { lines: [{ lineId: line.id, quantity: 3 }], carrier: "x", trackingNumber: "y" })).status,
		).toBe(409);
		expect((await act(order, "cancel")).body.code).toBe("ILLEGAL_TRANSITION");
		const second = await act(order, "shipments", { carrier: "Correos", trackingNumber: "ES2" });
		expect(second.body.fulfilmentStatus).toBe("shipped");
		let after = second.body;
		for (const { id } of second.body.shipments)
			after = (await staff<Order & Problem>("POST", `/v1/admin/shipments/${id}/deliver`)).body;
		expect(after).toMatchObject({ status: "completed", fulfilmentStatus: "delivered", paymentStatus: "captured" });
		expect(await stockOf(sku)).toMatchObject({ onHand: 7, allocated: 0, available: 7 });
		expect(after.timeline?.map(({ type }) => type)).toEqual([
			"order.placed",
			"order.paymentRecorded",
			"order.confirmed",
			"order.captureRequested",
			"order.paymentRecorded",
			"order.shipped",
			"order.shipped",
			"order.delivered",
			"order.delivered",
			"order.completed",
		]);
	});

	test("what needs no parcel waits for the capture, and can be cancelled until then", async () => {
		const sku = await product(staff, { requiresShipping: false });
		const buy = async () => {
			const { id } = await cartWith(api, [sku, 1]);
			await api("PATCH", `/v1/carts/${id}`, { email: "ana@example.com" });
			return (await checkout(api, id)).body;
		};
		const [kept, cancelled] = [await buy(), await buy()];
		expect((await act(cancelled, "cancel")).body).toMatchObject({ status: "cancelled", paymentStatus: "voided" });
		expect(kept).toMatchObject({ status: "confirmed", fulfilmentStatus: "unfulfilled" });
		expect((await act(kept, "capture")).body.paymentStatus).toBe("captured");
		await eventually(
			async () => (await staff<Order>("GET", `/v1/admin/orders/${kept.id}`)).body.status === "completed",
			"the order is completed",
		);
		expect((await act(kept, "cancel")).body.code).toBe("ILLEGAL_TRANSITION");
		await eventually(async () => (await stockOf(sku)).onHand === 9, "the stock has left");
		expect((await act(kept, "refunds", { reason: "no use" })).status).toBe(201);
	});

	test("cancel before the capture: voided, and the stock is free", async () => {
		const { sku, order } = await bought();
		const { status, body } = await act(order, "cancel", { reason: "mistake" });
		expect([status, body.status, body.paymentStatus, body.cancelReason]).toEqual([200, "cancelled", "voided", "mistake"]);
		expect(await stockOf(sku)).toMatchObject({ onHand: 10, allocated: 0, available: 10 });
		expect((await act(order, "cancel")).body.code).toBe("ILLEGAL_TRANSITION");
	});

	test("cancel after the capture: refunded", async () => {
		const { order } = await bought();
		await act(order, "capture");
		const { body } = await act(order, "cancel");
		expect(body).toMatchObject({ status: "cancelled", paymentStatus: "refunded", refundedTotal: order.total });
	});

	test("refunds in part, never more than was taken", async () => {
		const { order } = await bought();
		expect((await act(order, "refunds", { reason: "early" })).body.code).toBe("ILLEGAL_TRANSITION");
		await act(order, "capture");
		const part = await act(order, "refunds", { amount: { amount: 1_000, currency: "EUR" }, reason: "broken" });
		expect([part.status, part.body.paymentStatus, part.body.refundedTotal.amount]).toEqual([201, "partiallyRefunded", 1_000]);
		expect((await act(order, "refunds", { amount: { amount: order.total.amount, currency: "EUR" }, reason: "more" })).body.code).toBe(
			"AMOUNT_TOO_LARGE",
		);
		expect((await act(order, "refunds", { amount: { amount: 1, currency: "USD" }, reason: "other" })).status).toBe(400);
		const rest = await act(order, "refunds", { reason: "all" });
		expect(rest.body).toMatchObject({ paymentStatus: "refunded", refundedTotal: order.total });
		expect((await act(order, "refunds", { reason: "again" })).body.code).toBe("AMOUNT_TOO_LARGE");
	});

	test("ten refunds at once of what is enough for three: three", async () => {
		const { order } = await bought();
		await act(order, "capture");
		const amount = { amount: Math.floor(order.total.amount / 3), currency: "EUR" };
		const answers = await Promise.all(Array.from({ length: 10 }, () => act(order, "refunds", { amount, reason: "at once" })));
		expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
	});

	test("a provider that does not refund: nothing is recorded, and the order stands", async () => {
		const { order } = await bought(1, "tok_refund_fails");
		await act(order, "capture");
		const refused = await act(order, "refunds", { reason: "broken" });
		expect([refused.status, refused.body.code]).toEqual([502, "PROVIDER_ERROR"]);
		expect((await act(order, "cancel")).status).toBe(502);
		const { body } = await staff<Order>("GET", `/v1/admin/orders/${order.id}`);
		expect(body).toMatchObject({ status: "confirmed", paymentStatus: "captured", refundedTotal: { amount: 0 } });
	});

	test("stock is counted by hand, never below what is promised", async () => {
		const { sku } = await bought();
		const adjust = (delta: number) =>
			staff<Problem & { available: number }>("POST", `/v1/admin/stock/${sku}/adjustments`, { delta, reason: "count" });
		expect((await adjust(5)).body.available).toBe(12);
		expect((await adjust(-13)).body.code).toBe("STOCK_TOO_LOW");
		expect((await adjust(-12)).body.available).toBe(0);
		expect((await staff("GET", "/v1/admin/stock/NOTHING")).body.code).toBe("SKU_NOT_FOUND");
	});

	test("orders are found by what is known of them", async () => {
		const { order } = await bought();
		const found = async (query: string) =>
			(await staff<{ items: Order[] }>("GET", `/v1/admin/orders?${query}`)).body.items.map(({ id }) => id);
		const now = `status=confirmed&paymentStatus=authorized&placedFrom=${order.placedAt}`;
		await eventually(async () => (await found(now)).includes(order.id), "the list, which may be late, has it");
		expect(await found(`number=${order.number}`)).toEqual([order.id]);
		expect(await found(`email=ANA@example.com&limit=1`)).toEqual([order.id]);
		expect(await found(`placedTo=2001-01-01`)).toEqual([]);
	});

	test("nobody else may", async () => {
		const { order } = await bought();
		expect((await api("POST", `/v1/admin/orders/${order.id}/capture`, {})).status).toBe(401);
	});
};
