import { transitionTableErrors } from "@kernel/transitions";
import { cart, CART_TRANSITIONS, MAX_QUANTITY, MAX_SUBTOTAL, type CartEvent, type OfferSnapshot } from "./cart";

const { create, addLine, changeLine, changeDetails, claim, close, beginCheckout, reopen, complete } = cart.commands;
const given = (...past: CartEvent[]) => past.reduce(cart.evolve, cart.initial("cart_1"));

const mug: OfferSnapshot = {
	sku: "MUG-1",
	productId: "prod_1",
	variantId: "var_1",
	title: "Mug",
	variantTitle: "",
	imageUrl: null,
	unitPrice: 1_200,
	weightGrams: 350,
	taxable: true,
	requiresShipping: true,
};
const address = { name: "Ana", line1: "Calle 1", city: "Madrid", postalCode: "28001", country: "ES" };
const totals = { taxIncluded: true, subtotal: 1_200, discountTotal: 0, shippingTotal: 490, taxTotal: 0, total: 1_690 };
const payment = { provider: "test", token: "tok_ok" };
const offered = [{ ...mug, forSale: true, currency: "EUR" }];
const begin = { orderId: "ord_1", version: 3, payment, totals, offered, at: 4 };

const created: CartEvent = { type: "cart.created", currency: "EUR", customerId: null, email: null, locale: "en", at: 1 };
const filled: CartEvent = { type: "cart.lineSet", line: { ...mug, id: "line_1", quantity: 1 }, at: 2 };
const addressed: CartEvent = {
	type: "cart.detailsChanged",
	details: { email: "ana@example.com", shippingAddress: address, shippingMethod: "standard" },
	at: 3,
};
const started: CartEvent = { type: "cart.checkoutStarted", checkout: { orderId: "ord_1", version: 3, payment, totals, startedAt: 4 } };
const ordered: CartEvent = { type: "cart.ordered", orderId: "ord_1", at: 9 };
const closed: CartEvent = { type: "cart.closed", at: 9 };
const ready = [created, filled, addressed] as const;

test("all states are reachable and lead to a final state", () => {
	expect(transitionTableErrors(CART_TRANSITIONS, "new")).toEqual([]);
});

test("is created once", () => {
	const command = { currency: "EUR", customerId: null, email: null, locale: "en", at: 1 };
	expect(create(command, given())).toEqual([created]);
	expect(create(command, given(created))).toEqual([]);
});

describe("lines", () => {
	test("adding a SKU again increases its line", () => {
		expect(addLine({ lineId: "line_9", goods: mug, currency: "EUR", quantity: 2, at: 5 }, given(created, filled))).toEqual([
			{ type: "cart.lineSet", line: { ...mug, id: "line_1", quantity: 3 }, at: 5 },
		]);
	});
	test("a price in another currency is rejected", () => {
		const command = { lineId: "line_9", goods: mug, currency: "USD", quantity: 1, at: 5 };
		expect(addLine(command, given(created, filled))).toMatchObject({ rejected: "CURRENCY_MISMATCH" });
	});
	test("the total quantity of a line is limited", () => {
		expect(
			addLine({ lineId: "line_9", goods: mug, currency: "EUR", quantity: MAX_QUANTITY, at: 5 }, given(created, filled)),
		).toMatchObject({
			rejected: "VALIDATION_FAILED",
		});
	});
	test("the sum stays a safe integer when lines are added, changed or merged", () => {
		const dear = { ...mug, sku: "DIAMOND", unitPrice: MAX_SUBTOTAL / 2 };
		const one: CartEvent = { type: "cart.lineSet", line: { ...dear, id: "line_2", quantity: 1 }, at: 2 };
		const refused = { rejected: "VALIDATION_FAILED", detail: { errors: [expect.objectContaining({ path: "/quantity" })] } };
		expect(addLine({ lineId: "line_2", goods: dear, currency: "EUR", quantity: 2, at: 5 }, given(created))).toHaveLength(1);
		expect(addLine({ lineId: "line_2", goods: dear, currency: "EUR", quantity: 2, at: 5 }, given(created, one))).toMatchObject(refused);
		expect(addLine({ lineId: "line_2", goods: dear, currency: "EUR", quantity: 2, at: 5 }, given(created, filled))).toMatchObject(
			refused,
		);
		expect(changeLine({ lineId: "line_2", quantity: 3, at: 5 }, given(created, one))).toMatchObject(refused);
		const merge = { id: "cart_2", currency: "EUR", lines: [{ ...dear, id: "line_9", quantity: 2 }] };
		expect(claim({ customerId: "usr_1", email: null, merge, at: 5 }, given(created, one))).toMatchObject({
			rejected: "VALIDATION_FAILED",
		});
	});
	test("quantity 0 removes the line", () => {
		expect(changeLine({ lineId: "line_1", quantity: 0, at: 5 }, given(created, filled))).toEqual([
			{ type: "cart.lineRemoved", lineId: "line_1", at: 5 },
		]);
	});
	test("an unknown line is not found", () => {
		expect(changeLine({ lineId: "line_2", quantity: 1, at: 5 }, given(created))).toMatchObject({ rejected: "LINE_NOT_FOUND" });
	});
});

test.each([
	["while it is checked out", started, "CHECKOUT_IN_PROGRESS"],
	["once it is an order", ordered, "CART_ALREADY_ORDERED"],
	["once it is closed", closed, "CART_NOT_FOUND"],
])("a cart cannot be edited %s", (_, last, code) => {
	const state = given(...ready, last);
	expect(addLine({ lineId: "line_2", goods: mug, currency: "EUR", quantity: 1, at: 5 }, state)).toMatchObject({ rejected: code });
	expect(changeLine({ lineId: "line_1", quantity: 2, at: 5 }, state)).toMatchObject({ rejected: code });
	expect(changeDetails({ details: { note: "x" }, at: 5 }, state)).toMatchObject({ rejected: code });
	expect(claim({ customerId: "usr_1", email: null, merge: null, at: 5 }, state)).toMatchObject({ rejected: code });
	expect(beginCheckout(begin, state)).toMatchObject({ rejected: code });
});

test("a repeated request adds nothing, whatever the status of the cart", () => {
	const command = { lineId: "line_9", goods: mug, currency: "EUR", quantity: 2, by: "mark", at: 5 };
	const state = given(created, ...(addLine(command, given(created)) as CartEvent[]));
	expect(addLine(command, state)).toEqual([]);
	expect(addLine(command, given(...ready, { ...filled, by: "mark" }, started))).toEqual([]);
	expect(addLine({ ...command, by: "another" }, state)).toMatchObject([{ line: { quantity: 4 }, by: "another" }]);
});

describe("claim", () => {
	test("merges the lines of the customer's other cart once", () => {
		const merge = { id: "cart_2", currency: "EUR", lines: [{ ...mug, id: "line_7", quantity: 4 }] };
		const command = { customerId: "usr_1", email: "ana@example.com", merge, at: 5 };
		const events = claim(command, given(created, filled)) as CartEvent[];
		const state = events.reduce(cart.evolve, given(created, filled));
		expect(state).toMatchObject({ customerId: "usr_1", email: "ana@example.com", mergedFrom: ["cart_2"] });
		expect(state.lines).toEqual([{ ...mug, id: "line_1", quantity: 5 }]);
		expect(claim(command, state)).toEqual([]);
	});
	test("another customer's cart is not found", () => {
		const theirs: CartEvent = { type: "cart.claimed", customerId: "usr_1", email: null, at: 3 };
		expect(claim({ customerId: "usr_2", email: null, merge: null, at: 5 }, given(created, theirs))).toMatchObject({
			rejected: "CART_NOT_FOUND",
		});
	});
});

describe("checkout", () => {
	test("freezes the cart for one order", () => {
		expect(beginCheckout(begin, given(...ready))).toEqual([started]);
	});
	test("an empty cart is rejected", () => {
		expect(beginCheckout(begin, given(created))).toMatchObject({ rejected: "CART_EMPTY" });
	});
	test("reports each missing detail", () => {
		const outcome = beginCheckout(begin, given(created, filled));
		expect(outcome).toMatchObject({
			rejected: "CART_INCOMPLETE",
			detail: { errors: [{ path: "/email" }, { path: "/shippingAddress" }, { path: "/shippingMethod" }] },
		});
	});
	test("goods without shipping require no address", () => {
		const download = { ...mug, requiresShipping: false };
		const state = given(created, { type: "cart.lineSet", line: { ...download, id: "line_1", quantity: 1 }, at: 2 });
		expect(beginCheckout(begin, state)).toMatchObject({ detail: { errors: [{ path: "/email" }] } });
	});
	test("a changed price is shown to the buyer first", () => {
		const dearer = { ...begin, offered: [{ ...mug, unitPrice: 1_300, forSale: true, currency: "EUR" }] };
		expect(beginCheckout(dearer, given(...ready))).toEqual([{ type: "cart.repriced", goods: [{ ...mug, unitPrice: 1_300 }], at: 4 }]);
	});
	test("goods that are not for sale, or in another currency, are rejected", () => {
		expect(beginCheckout({ ...begin, offered: [] }, given(...ready))).toMatchObject({ rejected: "NOT_FOR_SALE" });
		expect(beginCheckout({ ...begin, offered: [{ ...mug, forSale: true, currency: "USD" }] }, given(...ready))).toMatchObject({
			rejected: "CURRENCY_MISMATCH",
		});
	});
	test("only its own order ends the checkout", () => {
		const state = given(...ready, started);
		expect(reopen({ orderId: "ord_2", at: 9 }, state)).toEqual([]);
		expect(complete({ orderId: "ord_2", at: 9 }, state)).toEqual([]);
		expect(reopen({ orderId: "ord_1", at: 9 }, state)).toEqual([{ type: "cart.reopened", at: 9 }]);
		expect(complete({ orderId: "ord_1", at: 9 }, state)).toEqual([{ type: "cart.ordered", orderId: "ord_1", at: 9 }]);
		expect(close({ at: 9 }, state)).toEqual([]);
	});
});
