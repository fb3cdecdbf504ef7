import { testProducts } from "../test-products";
import { emptyHistory, type Attempt, type CartRecord, type History } from "../history";
import { ordersMatchCarts, cartsUsable, noUnreportedOrders, acceptedOrdersExist } from "./orders";
import { staffOperationsApplied } from "./staff-operations";
import { eventsInOrder } from "./event-order";
import type { CheckInput } from "./check-input";
import { notifiedOnce } from "./notifications";
import { paymentsBelongToOrders, paymentsSettled } from "./payments";
import { catalogueMatchesStock, stockMatchesOrders } from "./stock";

const products = testProducts("t", 1, 0);
const SKU = products.plain[0]!;
const PRICE = products.price.get(SKU)!;
const RECEIVED = products.stock.get(SKU)!;

interface Told {
	readonly status?: number;
	readonly code?: string;
	readonly token?: string;
	readonly total?: number;
	readonly orderId?: string;
}

const attempt = ({ status = 201, code, token = "tok_ok", total = PRICE, orderId = "ord_1" }: Told = {}): Attempt => ({
	token,
	key: "k",
	told: {
		status,
		code: code ?? null,
		order: status < 300 && status > 0 ? ({ id: orderId, number: "1", total: { amount: total, currency: "EUR" } } as never) : null,
	},
});

const cartRecord = (attempts: readonly Attempt[], more: Partial<CartRecord> = {}): CartRecord => ({
	cartId: "cart_1",
	customer: null,
	lines: new Map([[SKU, { min: 1, max: 1 }]]),
	attempts: [...attempts],
	promised: null,
	...more,
});

const notes = (attempts: readonly Attempt[], acts: History["staffOperations"] = [], more: Partial<CartRecord> = {}): History => ({
	...emptyHistory(),
	carts: [cartRecord(attempts, more)],
	staffOperations: acts,
});

const order = (state: object = {}, id = "ord_1", events: readonly string[] = ["order.confirmed"]) => ({
	id,
	version: 1,
	state: {
		number: "1",
		cartId: "cart_1",
		status: "confirmed",
		cancelReason: null,
		total: PRICE,
		shippingTotal: 0,
		paymentId: "pay_1",
		lines: [{ sku: SKU, quantity: 1, shippedQuantity: 0 }],
		shipments: [],
		payment: { status: "captured", refunds: [] },
		...state,
	},
	history: [{ events: events.map((type) => ({ type })) }],
});

const evidence = (snapshot: object, note: History, more: Partial<CheckInput> = {}): CheckInput => ({
	history: note,
	products,
	snapshot: { stocks: [], orders: [], payments: [], carts: [], accounts: [], ...snapshot },
	availability: new Map(),
	publications: [],
	...more,
});

describe("what a buyer was told", () => {
	test("that an order stands is fine where it does", () => {
		const all = evidence({ orders: [order()], carts: [{ id: "cart_1", state: { status: "ordered" } }] }, notes([attempt()]));
		for (const judge of [
			acceptedOrdersExist,
			noUnreportedOrders,
			ordersMatchCarts,
			cartsUsable,
			staffOperationsApplied,
			paymentsSettled,
		])
			expect(judge(all)).toEqual([]);
	});
	test.each([
		["is not there", [], attempt()],
		["has another total", [order({ total: 1 })], attempt()],
		["is cancelled by nobody", [order({ status: "cancelled" })], attempt()],
		["is still open", [order({ status: "pending" })], attempt({ status: 202, token: "tok_flaky" })],
	])("is broken by an order that %s", (_, orders, told) => {
		expect(acceptedOrdersExist(evidence({ orders }, notes([told])))).toHaveLength(1);
	});
	test("may be taken back by the staff", () => {
		const acts: History["staffOperations"] = [{ kind: "cancel", orderId: "ord_1", shipmentId: null, amount: 0, outcome: "done" }];
		expect(acceptedOrdersExist(evidence({ orders: [order({ status: "cancelled" })] }, notes([attempt()], acts)))).toEqual([]);
	});
	test("is decided by the webhook where one was promised", () => {
		const told = attempt({ status: 202, token: "tok_requires_action" });
		const all = evidence({ orders: [order()] }, notes([told], [], { promised: "declined" }));
		expect(acceptedOrdersExist(all)).toHaveLength(1);
	});
	test("is no more than pending where a card is declined that was asked late", () => {
		const told = notes([attempt({ status: 202, token: "tok_insufficient_funds" })]);
		expect(acceptedOrdersExist(evidence({ orders: [order({ status: "cancelled" })] }, told))).toEqual([]);
		expect(acceptedOrdersExist(evidence({ orders: [order()] }, told))).toHaveLength(1);
	});
	test("is broken by an order after a refusal, but not where no answer ever came", () => {
		expect(noUnreportedOrders(evidence({ orders: [order()] }, notes([attempt({ status: 402 })])))).toHaveLength(1);
		expect(noUnreportedOrders(evidence({ orders: [order()] }, notes([attempt({ status: 0 })])))).toEqual([]);
	});
	test("is broken by a second order of the same cart", () => {
		expect(noUnreportedOrders(evidence({ orders: [order(), order({}, "ord_2")] }, notes([attempt()])))).toHaveLength(1);
	});
	test("is broken by an order of a cart that nobody filled", () => {
		expect(noUnreportedOrders(evidence({ orders: [order({ cartId: "cart_2" })] }, notes([])))).toHaveLength(1);
	});
	test("is broken by more units than were put in, and by another price", () => {
		const lines = [{ sku: SKU, quantity: 2, shippedQuantity: 0 }];
		expect(ordersMatchCarts(evidence({ orders: [order({ lines, total: 2 * PRICE })] }, notes([attempt()])))).toHaveLength(1);
		expect(ordersMatchCarts(evidence({ orders: [order({ total: PRICE - 1 })] }, notes([attempt()])))).toHaveLength(1);
	});
	test("is broken by a cart that stays shut", () => {
		const carts = [{ id: "cart_1", state: { status: "checkingOut" } }];
		expect(cartsUsable(evidence({ carts }, notes([attempt({ status: 402 })])))).toHaveLength(1);
	});
});

describe("what the staff were told", () => {
	const refund = (outcome: "done" | "unclear" | "refused") =>
		({ kind: "refund", orderId: "ord_1", shipmentId: null, amount: 5, outcome }) as const;
	const refunds = (count: number) => ({
		payment: { status: "partiallyRefunded", refunds: Array(count).fill({ amount: 5, reason: "faults" }) },
	});

	test.each([
		[0, "done", 1],
		[1, "done", 0],
		[2, "done", 1],
		[0, "unclear", 0],
		[1, "unclear", 0],
		[1, "refused", 1],
	] as const)("%d refunds made, one that was %s: %d violations", (made, outcome, violations) => {
		expect(staffOperationsApplied(evidence({ orders: [order(refunds(made))] }, notes([], [refund(outcome)])))).toHaveLength(violations);
	});
	test("a parcel twice", () => {
		const acts: History["staffOperations"] = [{ kind: "ship", orderId: "ord_1", shipmentId: null, amount: 0, outcome: "done" }];
		expect(
			staffOperationsApplied(evidence({ orders: [order({ shipments: [{ id: "a" }, { id: "b" }] })] }, notes([], acts))),
		).toHaveLength(1);
	});
});

describe("stock", () => {
	const stock = (state: object) => ({ id: SKU, state: { onHand: RECEIVED, reserved: 0, allocated: 0, ...state } });

	test("is what came less what is sold, counted from the orders", () => {
		expect(stockMatchesOrders(evidence({ orders: [order()], stocks: [stock({ allocated: 1 })] }, notes([])))).toEqual([]);
		expect(stockMatchesOrders(evidence({ orders: [order()], stocks: [stock({})] }, notes([])))).toHaveLength(1);
		expect(stockMatchesOrders(evidence({ orders: [], stocks: [stock({ reserved: 1 })] }, notes([])))).toHaveLength(1);
	});
	test("is what the catalogue shows", () => {
		const snapshot = { stocks: [stock({ allocated: RECEIVED })] };
		expect(catalogueMatchesStock(evidence(snapshot, notes([]), { availability: new Map([[SKU, true]]) }))).toHaveLength(1);
		expect(catalogueMatchesStock(evidence(snapshot, notes([]), { availability: new Map([[SKU, false]]) }))).toEqual([]);
	});
});

test("each fact is told once", () => {
	const told = (count: number) => {
		const notifications = Array(count).fill({ state: { news: { template: "order-confirmation", orderId: "ord_1" } } });
		return notifiedOnce(evidence({ orders: [order()], followers: { shipments: [], notifications } }, notes([])));
	};
	expect([told(0), told(1), told(2)].map(({ length }) => length)).toEqual([1, 0, 1]);
});

test("money that is nowhere, or nobody's", () => {
	const payment = (status: string) => evidence({ payments: [{ id: "pay_1", state: { status, refunds: [] } }] }, notes([]));
	expect(paymentsSettled(payment("unknown"))).toHaveLength(1);
	expect(paymentsSettled(payment("captured"))).toEqual([]);
	const accounts = [{ id: "pay_2", state: { entries: [{ orderId: "ord_1", kind: "authorize" }] } }];
	expect(paymentsBelongToOrders(evidence({ orders: [order()], accounts }, notes([])))).toHaveLength(1);
});

describe("the order in which events are published", () => {
	const published = (...sequences: readonly number[]) =>
		eventsInOrder(
			evidence({}, emptyHistory(), {
				publications: sequences.map((sequence) => ({
					id: `order:ord_1:${sequence}:0`,
					source: "/tianguis/order",
					subject: "ord_1",
					sequence,
				})),
			}),
		);

	test("is that of the aggregate's commits, of which some publish nothing", () => {
		expect(published(1, 2, 5)).toEqual([]);
	});

	test("is not disturbed by a repetition", () => {
		expect(published(1, 2, 1, 3, 2)).toEqual([]);
	});

	test("is broken where an event first comes after a later one", () => {
		expect(published(2, 1)).toMatchObject([{ subject: "ord_1" }]);
	});

	test("is one of each aggregate", () => {
		const of = (kind: string, sequence: number) => ({
			id: `${kind}:x:${sequence}:0`,
			source: `/tianguis/${kind}`,
			subject: "x",
			sequence,
		});
		expect(eventsInOrder(evidence({}, emptyHistory(), { publications: [of("order", 3), of("payment", 1)] }))).toEqual([]);
	});
});
