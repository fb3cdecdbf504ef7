import { randomUUID } from "node:crypto";
import { call, type Caller } from "@kernel/contract";
import type { StockLevel } from "@services/inventory/inventory.contract";
import { startFullProgram, type FullProgram } from "@tests/support/full-program";
import { admin, checkout, client, product, readyCart, type Client, type PlacedOrder, type Problem } from "@tests/support/shopper";
import { Orders, type Order } from "./orders.contract";

let shop: FullProgram;
let guest: Client;
let staff: Client;
let sku: string;

beforeAll(async () => {
	shop = await startFullProgram({ CAPTURE: "manual" });
	guest = client({ url: shop.url });
	staff = await admin(guest);
}, 60_000);
afterAll(() => shop.stop());
beforeEach(async () => {
	sku = await product(staff, { stock: 10 });
});

const buy = async (quantity = 2, token = "tok_ok"): Promise<PlacedOrder> => {
	const { body, status, text } = await checkout(guest, (await readyCart(guest, [sku, quantity])).id, token);
	if (status !== 201) throw new Error(`the checkout answered ${status}: ${text}`);
	return body;
};
const act = (id: string, what: string, body: object = {}) => staff<Order & Problem>("POST", `/v1/admin/orders/${id}/${what}`, body);
/** Calls as the gateway makes them for one Idempotency-Key, without its stored responses. */
const seeded = (seed: string): Caller => ({ call: (name, params) => shop.broker.call(name, params, { meta: { seed } }) });
const captured = async (quantity = 2, token = "tok_ok") => {
	const order = await buy(quantity, token);
	const answer = await act(order.id, "capture");
	if (answer.status !== 200) throw new Error(`the capture answered ${answer.status}: ${answer.text}`);
	return answer.body;
};
const read = async (id: string) => (await staff<Order>("GET", `/v1/admin/orders/${id}`)).body;
const stock = async () => (await staff<StockLevel>("GET", `/v1/admin/stock/${sku}`)).body;
const ledger = async (id: string) => {
	const { body } = await staff<{ items: { kind: string }[] }>("GET", `/v1/admin/payments/test/ledger?orderId=${id}`);
	return body.items.map(({ kind }) => kind);
};
const PARCEL = { carrier: "Correos", trackingNumber: "1" };
const euros = (amount: number) => ({ amount, currency: "EUR" });

test.each([
	["cancel", {}],
	["capture", {}],
	["refunds", { reason: "broken" }],
	["shipments", PARCEL],
])("%s of an order that does not exist is ORDER_NOT_FOUND", async (what, body) => {
	expect(await act("ord_none", what, body)).toMatchObject({ status: 404, body: { code: "ORDER_NOT_FOUND" } });
});

test.each([
	["capture", { amount: { amount: 100, currency: "USD" } }],
	["refunds", { amount: { amount: 100, currency: "USD" }, reason: "broken" }],
])("%s in another currency than the order's is refused", async (what, body) => {
	const { id } = await captured();
	expect(await act(id, what, body)).toMatchObject({
		status: 400,
		body: { code: "VALIDATION_FAILED", errors: [{ path: "/amount/currency" }] },
	});
});

describe("a cancellation", () => {
	test("of an authorized order voids its payment and gives its stock back", async () => {
		const { id } = await buy();
		expect(await stock()).toMatchObject({ allocated: 2, available: 8 });
		const { status, body } = await act(id, "cancel", { reason: "mistake" });
		expect([status, body]).toMatchObject([200, { status: "cancelled", cancelReason: "mistake", paymentStatus: "voided" }]);
		expect(await ledger(id)).toEqual(["authorize", "void"]);
		expect(await stock()).toMatchObject({ allocated: 0, available: 10 });
	});

	test("of a captured order refunds all of it", async () => {
		const { id, total } = await captured();
		expect((await act(id, "cancel")).body).toMatchObject({ status: "cancelled", paymentStatus: "refunded", refundedTotal: total });
		expect(await ledger(id)).toEqual(["authorize", "capture", "refund"]);
	});

	test("that the provider refuses leaves the order confirmed, with its stock", async () => {
		const { id } = await captured(2, "tok_refund_fails");
		expect(await act(id, "cancel")).toMatchObject({ status: 502, body: { code: "PROVIDER_ERROR" } });
		expect(await read(id)).toMatchObject({ status: "confirmed", paymentStatus: "captured" });
		expect(await stock()).toMatchObject({ allocated: 2, available: 8 });
	});

	test("of an order with a shipment is refused, and nothing is given back", async () => {
		const { id } = await captured();
		await act(id, "shipments", PARCEL);
		expect(await act(id, "cancel")).toMatchObject({ status: 409, body: { code: "ILLEGAL_TRANSITION" } });
		expect(await ledger(id)).toEqual(["authorize", "capture"]);
	});
});

describe("a capture", () => {
	test("may take less than is authorized, and only once", async () => {
		const { id } = await buy();
		expect((await act(id, "capture", { amount: euros(500) })).body.payments).toMatchObject([
			{ status: "captured", capturedAmount: euros(500) },
		]);
		expect(await act(id, "capture", { amount: euros(500) })).toMatchObject({ status: 409, body: { code: "ILLEGAL_TRANSITION" } });
		expect(await ledger(id)).toEqual(["authorize", "capture"]);
	});

	test("of more than is authorized is refused without asking the provider", async () => {
		const { id, total } = await buy();
		expect(await act(id, "capture", { amount: euros(total.amount + 1) })).toMatchObject({
			status: 409,
			body: { code: "AMOUNT_TOO_LARGE" },
		});
		expect(await ledger(id)).toEqual(["authorize"]);
	});

	test("that the provider refuses is not wanted any more, and may be asked for again", async () => {
		const { id } = await buy(2, "tok_capture_fails");
		expect(await act(id, "capture")).toMatchObject({ status: 502, body: { code: "PROVIDER_ERROR" } });
		expect((await read(id)).timeline?.at(-1)).toMatchObject({ type: "order.captureWithdrawn" });
		const statuses: number[] = [];
		while (statuses.length < 5 && statuses.at(-1) !== 200) statuses.push((await act(id, "capture")).status);
		expect(statuses.at(-1)).toBe(200);
		expect(await ledger(id)).toEqual(["authorize", "capture"]);
	});
});

describe("a refund", () => {
	test("without an amount gives back what is left, after which nothing is", async () => {
		const { id, total } = await captured();
		expect((await act(id, "refunds", { amount: euros(300), reason: "scratch" })).body).toMatchObject({ refundedTotal: euros(300) });
		expect((await act(id, "refunds", { reason: "broken" })).body).toMatchObject({ refundedTotal: total, paymentStatus: "refunded" });
		expect(await act(id, "refunds", { reason: "again" })).toMatchObject({ status: 409, body: { code: "AMOUNT_TOO_LARGE" } });
		expect(await ledger(id)).toEqual(["authorize", "capture", "refund", "refund"]);
	});

	test("that reaches the service again with the same seed is made once", async () => {
		const { id } = await captured();
		const seed = randomUUID();
		for (const twice of [1, 2]) {
			const refunded = await call(seeded(seed), Orders.refund, { id, amount: euros(300), reason: "scratch" });
			expect([twice, refunded]).toMatchObject([twice, { refundedTotal: euros(300) }]);
		}
		expect(await ledger(id)).toEqual(["authorize", "capture", "refund"]);
	});

	test("of money that is only authorized is refused", async () => {
		const { id } = await buy();
		expect(await act(id, "refunds", { reason: "broken" })).toMatchObject({ status: 409, body: { code: "ILLEGAL_TRANSITION" } });
	});

	test("that the provider refuses changes nothing", async () => {
		const { id } = await captured(2, "tok_refund_fails");
		expect(await act(id, "refunds", { reason: "broken" })).toMatchObject({ status: 502, body: { code: "PROVIDER_ERROR" } });
		expect(await read(id)).toMatchObject({ paymentStatus: "captured", refundedTotal: euros(0) });
	});
});

describe("a shipment", () => {
	test("in parts takes its units out of stock, up to the quantity that was bought", async () => {
		const { id, lines } = await captured(3);
		const [{ id: lineId } = { id: "" }] = lines;
		const part = await act(id, "shipments", { ...PARCEL, lines: [{ lineId, quantity: 2 }] });
		expect([part.status, part.body]).toMatchObject([201, { fulfilmentStatus: "partiallyShipped" }]);
		expect(await stock()).toMatchObject({ onHand: 8, allocated: 1 });
		const tooMany = await act(id, "shipments", { ...PARCEL, lines: [{ lineId, quantity: 2 }] });
		expect(tooMany).toMatchObject({
			status: 409,
			body: { code: "QUANTITY_TOO_LARGE", errors: [{ path: "/lines/0/quantity", left: 1 }] },
		});
		const unknown = await act(id, "shipments", { ...PARCEL, lines: [{ lineId: "line_none", quantity: 1 }] });
		expect(unknown).toMatchObject({ status: 404, body: { code: "LINE_NOT_FOUND" } });
		expect((await act(id, "shipments", PARCEL)).body).toMatchObject({ fulfilmentStatus: "shipped" });
		expect(await stock()).toMatchObject({ onHand: 7, allocated: 0 });
	});

	test("that reaches the service again with the same seed is one parcel", async () => {
		const { id } = await captured(2);
		const seed = randomUUID();
		for (const twice of [1, 2])
			expect([twice, (await call(seeded(seed), Orders.ship, { id, ...PARCEL })).shipments.length]).toEqual([twice, 1]);
		expect(await stock()).toMatchObject({ onHand: 8, allocated: 0 });
	});

	test("of a cancelled order is refused", async () => {
		const { id } = await buy();
		await act(id, "cancel");
		expect(await act(id, "shipments", PARCEL)).toMatchObject({ status: 409, body: { code: "ILLEGAL_TRANSITION" } });
		expect(await stock()).toMatchObject({ onHand: 10 });
	});

	test("that is delivered completes an order that is paid for; delivered twice changes nothing", async () => {
		const { id } = await captured();
		const { shipments } = (await act(id, "shipments", PARCEL)).body;
		const deliver = () => staff<Order>("POST", `/v1/admin/shipments/${shipments[0]!.id}/deliver`);
		const first = (await deliver()).body;
		expect(first).toMatchObject({ status: "completed", fulfilmentStatus: "delivered" });
		expect((await deliver()).body.version).toBe(first.version);
	});

	test("that does not exist cannot be delivered", async () => {
		const answer = await staff("POST", "/v1/admin/shipments/shp_none/deliver");
		expect(answer).toMatchObject({ status: 404, body: { code: "SHIPMENT_NOT_FOUND" } });
	});
});
