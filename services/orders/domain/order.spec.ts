import { transitionTableErrors } from "@kernel/transitions";
import { ORDER_TRANSITIONS, type OrderEvent, type PaymentSnapshot, type Placement } from "./model";
import { order } from "./order";
import { fulfilmentStatusOf, isOpen, paymentStatusOf } from "./status";

const { place, recordPayment, confirm, requestCapture, requestCancel, giveUp, withdrawCancel, cancelled, ship, markDelivered } =
	order.commands;
const given = (...past: OrderEvent[]) => past.reduce(order.evolve, order.initial("ord_1"));

const line = {
	id: "line_1",
	sku: "MUG-1",
	productId: "prod_1",
	variantId: "var_1",
	title: "Mug",
	variantTitle: "",
	imageUrl: null,
	quantity: 3,
	unitPrice: 1_000,
	shippedQuantity: 0,
};
const placement: Placement = {
	number: "10001",
	cartId: "cart_1",
	cartVersion: 4,
	currency: "EUR",
	customerId: null,
	email: "ana@example.com",
	locale: "en",
	shippingAddress: null,
	billingAddress: null,
	shippingMethod: "standard",
	note: null,
	lines: [line],
	taxIncluded: true,
	subtotal: 3_000,
	discountTotal: 0,
	shippingTotal: 0,
	taxTotal: 0,
	total: 3_000,
	paymentId: "pay_1",
	provider: "test",
	token: "tok_ok",
	placedAt: 1,
};
const paymentOf = (status: PaymentSnapshot["status"], version: number, more: Partial<PaymentSnapshot> = {}): PaymentSnapshot => ({
	id: "pay_1",
	provider: "test",
	status,
	amount: 3_000,
	captured: status === "captured" || status === "partiallyRefunded" ? 3_000 : 0,
	refunded: 0,
	refunds: [],
	nextAction: null,
	declineCode: null,
	version,
	...more,
});

const placed: OrderEvent = { type: "order.placed", orderId: "ord_1", placement, at: 2 };
const paid: OrderEvent = { type: "order.paymentRecorded", payment: paymentOf("authorized", 2), at: 2 };
const confirmed: OrderEvent = { type: "order.confirmed", orderId: "ord_1", captureWanted: 3_000, at: 2 };
const captured: OrderEvent = { type: "order.paymentRecorded", payment: paymentOf("captured", 3), at: 3 };
const shippedAs = (id: string, quantity: number): OrderEvent => ({
	type: "order.shipped",
	orderId: "ord_1",
	shipmentId: id,
	shipment: { id, status: "shipped", carrier: "DHL", trackingNumber: "1", lines: [{ lineId: "line_1", quantity }] },
	at: 4,
});
const parcel = (shipmentId: string, lines: { lineId: string; quantity: number }[] | null) => ({
	shipmentId,
	lines,
	carrier: "DHL",
	trackingNumber: "1",
	at: 4,
});

test("every state is reachable and leads to a final state", () => {
	expect(transitionTableErrors(ORDER_TRANSITIONS, "new")).toEqual([]);
});

test("is placed once", () => {
	expect(place({ placement, at: 2 }, given())).toEqual([placed]);
	expect(place({ placement, at: 3 }, given(placed))).toEqual([]);
	expect(given(placed)).toMatchObject({ placedAt: 1, updatedAt: 2 });
	expect(isOpen(given(placed))).toBe(true);
});

describe("confirm", () => {
	test("records the payment and the requested capture", () => {
		expect(confirm({ payment: paymentOf("authorized", 2), capture: true, at: 2 }, given(placed))).toEqual([paid, confirmed]);
	});
	test("is rejected without an authorized payment and while the order is being cancelled", () => {
		expect(confirm({ payment: paymentOf("unknown", 2), capture: true, at: 2 }, given(placed))).toMatchObject({
			rejected: "ILLEGAL_TRANSITION",
		});
		const undone = given(placed, { type: "order.cancelRequested", reason: "outOfStock", at: 2 });
		expect(confirm({ payment: paymentOf("authorized", 2), capture: true, at: 2 }, undone)).toMatchObject({
			rejected: "ILLEGAL_TRANSITION",
		});
	});
});

describe("recordPayment", () => {
	test("ignores older and repeated versions", () => {
		expect(recordPayment({ payment: paymentOf("authorized", 2), at: 9 }, given(placed, paid, confirmed, captured))).toEqual([]);
		expect(recordPayment({ payment: paymentOf("captured", 3), at: 9 }, given(placed, paid, confirmed, captured))).toEqual([]);
	});
	test("clears the requested capture once captured", () => {
		expect(isOpen(given(placed, paid, confirmed))).toBe(true);
		expect(isOpen(given(placed, paid, confirmed, captured))).toBe(false);
		expect(paymentStatusOf(given(placed, paid, confirmed, captured))).toBe("captured");
	});
	test("publishes each refund once", () => {
		const payment = paymentOf("partiallyRefunded", 5, { refunded: 100, refunds: [{ id: "ref_1", amount: 100, reason: "broken" }] });
		const events = recordPayment({ payment, at: 5 }, given(placed, paid, confirmed, captured));
		expect(events.map(({ type }) => type)).toEqual(["order.paymentRecorded", "order.refunded"]);
		expect(
			recordPayment({ payment: { ...payment, version: 6 }, at: 6 }, given(placed, paid, confirmed, captured, ...events)).map(
				({ type }) => type,
			),
		).toEqual(["order.paymentRecorded"]);
	});
});

describe("cancel", () => {
	test("is requested, carried out and final", () => {
		const asked: OrderEvent = { type: "order.cancelRequested", reason: "mistake", at: 5 };
		expect(requestCancel({ reason: "mistake", at: 5 }, given(placed, paid, confirmed))).toEqual([asked]);
		const done = given(placed, paid, confirmed, asked, { type: "order.cancelled", orderId: "ord_1", reason: "mistake", at: 6 });
		expect(done).toMatchObject({ status: "cancelled", cancelReason: "mistake", cancelling: null });
		expect(cancelled({ payment: null, at: 7 }, done)).toEqual([]);
		expect(requestCancel({ reason: "again", at: 7 }, done)).toMatchObject({ rejected: "ILLEGAL_TRANSITION" });
		expect(ship(parcel("shp_1", null), done)).toMatchObject({ rejected: "ILLEGAL_TRANSITION" });
	});
	test("records the compensated payment with its refunds", () => {
		const asked: OrderEvent = { type: "order.cancelRequested", reason: "mistake", at: 5 };
		const payment = paymentOf("refunded", 5, {
			captured: 3_000,
			refunded: 3_000,
			refunds: [{ id: "ref_1", amount: 3_000, reason: "mistake" }],
		});
		const events = cancelled({ payment, at: 6 }, given(placed, paid, confirmed, captured, asked)) as OrderEvent[];
		expect(events.map(({ type }) => type)).toEqual(["order.paymentRecorded", "order.refunded", "order.cancelled"]);
		const done = given(placed, paid, confirmed, captured, asked, ...events);
		expect([done.status, paymentStatusOf(done), isOpen(done)]).toEqual(["cancelled", "refunded", false]);
		expect(cancelled({ payment: null, at: 6 }, given(placed, asked))).toEqual([
			{ type: "order.cancelled", orderId: "ord_1", reason: "mistake", at: 6 },
		]);
	});
	test("the process gives up a pending order, but none that is settled", () => {
		const reason = "paymentDeclined";
		const asked: OrderEvent = { type: "order.cancelRequested", reason, at: 5 };
		expect(giveUp({ reason, at: 5 }, given(placed, paid))).toEqual([asked]);
		expect(giveUp({ reason, at: 6 }, given(placed, paid, asked))).toEqual([]);
		expect(giveUp({ reason, at: 5 }, given(placed, paid, confirmed))).toMatchObject({ rejected: "ILLEGAL_TRANSITION" });
	});
	test("is rejected after a shipment", () => {
		expect(requestCancel({ reason: "late", at: 5 }, given(placed, paid, confirmed, shippedAs("shp_1", 1)))).toMatchObject({
			rejected: "ILLEGAL_TRANSITION",
		});
	});
	test("is withdrawn if the payment cannot be returned", () => {
		const state = given(placed, paid, confirmed, captured, { type: "order.cancelRequested", reason: "mistake", at: 5 });
		expect(withdrawCancel({ at: 6 }, state)).toEqual([{ type: "order.cancelWithdrawn", at: 6 }]);
	});
});

describe("an order without shipping", () => {
	const digital: OrderEvent = { type: "order.placed", orderId: "ord_1", placement: { ...placement, requiresShipping: false } };
	const { handOver } = order.commands;
	const handedOver: OrderEvent = { type: "order.handedOver", orderId: "ord_1", at: 4 };
	const ready: OrderEvent = { type: "order.readyToHandOver", orderId: "ord_1" };
	const payment = paymentOf("captured", 3);

	test("is ready once it is paid, and then delivered and completed", () => {
		expect(recordPayment({ payment, at: 3 }, given(digital, paid, confirmed))).toEqual([captured, ready]);
		expect(recordPayment({ payment, at: 3 }, given(placed, paid, confirmed))).toEqual([captured]);
		const events = handOver({ at: 4 }, given(digital, paid, confirmed, captured, ready));
		expect(events).toEqual([handedOver, { type: "order.completed", orderId: "ord_1" }]);
		const done = given(digital, paid, confirmed, captured, ready, ...events);
		expect([done.status, fulfilmentStatusOf(done), done.lines[0]?.shippedQuantity]).toEqual(["completed", "delivered", 3]);
		expect(handOver({ at: 5 }, done)).toEqual([]);
		expect(requestCancel({ reason: "late", at: 5 }, done)).toMatchObject({ rejected: "ILLEGAL_TRANSITION" });
		expect(ship(parcel("shp_1", null), done)).toMatchObject({ rejected: "ILLEGAL_TRANSITION" });
	});
	test("is not handed over if it is unpaid, being cancelled or shipped by staff", () => {
		const asked: OrderEvent = { type: "order.cancelRequested", reason: "mistake", at: 4 };
		for (const past of [
			[paid, confirmed],
			[paid, confirmed, captured, asked],
			[paid, confirmed, captured, shippedAs("shp_1", 1)],
		])
			expect(handOver({ at: 5 }, given(digital, ...past))).toEqual([]);
		expect(handOver({ at: 5 }, given(placed, paid, confirmed, captured))).toEqual([]);
		expect(withdrawCancel({ at: 5 }, given(digital, paid, confirmed, captured, asked))).toEqual([
			{ type: "order.cancelWithdrawn", at: 5 },
			ready,
		]);
	});
});

test("the payment of a cancelled free order is shown as voided", () => {
	const free: OrderEvent = { type: "order.paymentRecorded", payment: paymentOf("captured", 3, { amount: 0, captured: 0 }), at: 3 };
	const done: OrderEvent = { type: "order.cancelled", orderId: "ord_1", reason: "mistake", at: 6 };
	expect(paymentStatusOf(given(placed, paid, confirmed, free))).toBe("captured");
	expect(paymentStatusOf(given(placed, paid, confirmed, free, done))).toBe("voided");
});

test("a capture by staff is committed before the provider is called", () => {
	const byHand = given(placed, paid, { ...confirmed, captureWanted: null });
	expect(requestCapture({ amount: 3_001, at: 5 }, byHand)).toMatchObject({ rejected: "AMOUNT_TOO_LARGE" });
	expect(requestCapture({ amount: null, at: 5 }, byHand)).toEqual([{ type: "order.captureRequested", amount: 3_000, at: 5 }]);
	expect(requestCapture({ amount: null, at: 5 }, given(placed, paid, confirmed, captured))).toMatchObject({
		rejected: "ILLEGAL_TRANSITION",
	});
});

describe("ship and deliver", () => {
	const ready = given(placed, paid, confirmed, captured);
	test("in parts, each once, and never more than was ordered", () => {
		expect(ship(parcel("shp_1", [{ lineId: "line_1", quantity: 4 }]), ready)).toMatchObject({ rejected: "QUANTITY_TOO_LARGE" });
		expect(ship(parcel("shp_1", [{ lineId: "line_2", quantity: 1 }]), ready)).toMatchObject({ rejected: "LINE_NOT_FOUND" });
		const state = given(placed, paid, confirmed, captured, shippedAs("shp_1", 1));
		expect(fulfilmentStatusOf(state)).toBe("partiallyShipped");
		expect(ship(parcel("shp_1", null), state)).toEqual([]);
		expect(ship(parcel("shp_2", null), state)).toEqual([shippedAs("shp_2", 2)]);
		expect(
			ship(
				parcel("shp_2", [
					{ lineId: "line_1", quantity: 2 },
					{ lineId: "line_1", quantity: 1 },
				]),
				state,
			),
		).toMatchObject({ rejected: "QUANTITY_TOO_LARGE" });
	});
	test("completes the order after capture and delivery in either order", () => {
		const events = markDelivered({ shipmentId: "shp_1", at: 5 }, given(placed, paid, confirmed, captured, shippedAs("shp_1", 3)));
		expect(events.map(({ type }) => type)).toEqual(["order.delivered", "order.completed"]);
		const unpaid = given(placed, paid, { ...confirmed, captureWanted: null }, shippedAs("shp_1", 3), {
			type: "order.delivered",
			shipmentId: "shp_1",
			at: 5,
		});
		expect(unpaid.status).toBe("confirmed");
		expect(recordPayment({ payment: paymentOf("captured", 3), at: 6 }, unpaid).map(({ type }) => type)).toEqual([
			"order.paymentRecorded",
			"order.completed",
		]);
	});
});
