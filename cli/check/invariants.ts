import { isDeepStrictEqual } from "node:util";
import { available, stock } from "@services/inventory/domain/stock";
import { isOpen, paymentStatusOf } from "@services/orders/domain/status";
import { order } from "@services/orders/domain/order";
import { refunded } from "@services/payments/domain/payment";
import { violation, type Violation } from "./violation";
import { checkEventDelivery } from "./event-delivery";
import type { StoreSnapshot, OrderEntry, PaymentEntry, StockEntry } from "./snapshot";

type Check = (snapshot: StoreSnapshot) => Violation[];

export type { Violation } from "./violation";
const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);

const stockSums = ({ id, state }: StockEntry): Violation[] => {
	const holds = Object.values(state.holds);
	const held = (wanted: string) => sum(holds.filter((hold) => hold.state === wanted).map(({ quantity }) => quantity));
	return [
		state.onHand === state.received + state.adjusted - state.shipped
			? []
			: [violation("I1", id, "on hand is not received + adjusted - shipped")],
		available(state) >= 0 ? [] : [violation("I1", id, `the available quantity is ${available(state)}`)],
		held("reserved") === state.reserved && held("allocated") === state.allocated
			? []
			: [violation("I1", id, "the holds do not add up to what is reserved and allocated")],
	].flat();
};

const replayedStock = ({ id, state, history }: StockEntry): Violation[] =>
	isDeepStrictEqual(history.flatMap(({ events }) => events).reduce(stock.evolve, stock.initial(id)), state)
		? []
		: [violation("I1", id, "replaying its journal gives a different state")];

const I1: Check = ({ stocks }) => stocks.flatMap((entry) => [...stockSums(entry), ...replayedStock(entry)]);

const I2: Check = ({ orders }) =>
	[...Map.groupBy(orders, ({ state }) => `${state.cartId} at version ${state.cartVersion}`)].flatMap(([cart, same]) =>
		same.length > 1 ? [violation("I2", cart, `became ${same.length} orders`)] : [],
	);

const I3: Check = ({ payments }) =>
	payments.flatMap(({ id, state, history }) => {
		const captures = history.flatMap(({ events }) => events).filter(({ type }) => type === "payment.captured").length;
		const back = refunded(state);
		return [
			captures <= 1 ? [] : [violation("I3", id, `was captured ${captures} times`)],
			back <= state.captured ? [] : [violation("I3", id, `${back} went back of ${state.captured} that were captured`)],
			state.captured <= state.amount ? [] : [violation("I3", id, `${state.captured} were captured of ${state.amount}`)],
		].flat();
	});

/** The quantity of each SKU that a settled order must hold: the units bought and not yet shipped, or none. */
const promisedBy = ({ state }: OrderEntry): Map<string, number> => {
	const promised = new Map<string, number>();
	if (state.status === "cancelled") return promised;
	for (const { sku, quantity, shippedQuantity } of state.lines) promised.set(sku, (promised.get(sku) ?? 0) + quantity - shippedQuantity);
	return promised;
};

const I4: Check = ({ orders, stocks, payments }) => {
	const settled = new Map(orders.filter(({ state }) => !isOpen(state)).map((entry) => [entry.id, entry]));
	const known = new Set(orders.map(({ id }) => id));
	const found: Violation[] = [];
	const held = new Map<string, Map<string, number>>();
	for (const { id: sku, state } of stocks) {
		for (const [orderId, { quantity, state: kind }] of Object.entries(state.holds)) {
			if (!known.has(orderId)) found.push(violation("I4", orderId, `${sku} is held for an order that does not exist`));
			if (settled.has(orderId) && kind === "reserved")
				found.push(violation("I4", orderId, `${quantity} of ${sku} are reserved by a settled order`));
			held.set(orderId, (held.get(orderId) ?? new Map<string, number>()).set(sku, quantity));
		}
	}
	for (const entry of settled.values()) {
		const promised = promisedBy(entry);
		const holds = held.get(entry.id) ?? new Map<string, number>();
		for (const sku of new Set([...promised.keys(), ...holds.keys()])) {
			const [wanted, there] = [promised.get(sku) ?? 0, holds.get(sku) ?? 0];
			if (wanted !== there) found.push(violation("I4", entry.id, `holds ${there} of ${sku} and should hold ${wanted}`));
		}
	}
	for (const { id, state } of payments) {
		const of = settled.get(state.orderId);
		if (of?.state.status === "cancelled" && (state.status === "authorized" || state.captured > refunded(state)))
			found.push(violation("I4", id, "holds money of an order that is cancelled"));
	}
	return found;
};

const totals = ({ id, state }: OrderEntry): Violation[] => {
	const lines = sum(state.lines.map(({ quantity, unitPrice }) => quantity * unitPrice));
	const total = state.subtotal - state.discountTotal + state.shippingTotal + (state.taxIncluded ? 0 : state.taxTotal);
	return [
		lines === state.subtotal ? [] : [violation("I5", id, "the lines do not add up to the subtotal")],
		total === state.total ? [] : [violation("I5", id, "the total does not add up")],
	].flat();
};

const againstProvider = (accounts: StoreSnapshot["accounts"], { id, state }: PaymentEntry): Violation[] => {
	if (state.provider !== "test") return [];
	const entries = accounts.find((account) => account.id === id)?.state.entries ?? [];
	const of = (kind: string) => sum(entries.filter((entry) => entry.kind === kind).map(({ amount }) => amount));
	const inFlight = state.refunds.some(({ done }) => !done) || state.status === "authorized";
	return [
		of("capture") === state.captured || (inFlight && state.captured === 0)
			? []
			: [violation("I5", id, `the provider captured ${of("capture")}, we say ${state.captured}`)],
		of("refund") === refunded(state) || inFlight
			? []
			: [violation("I5", id, `the provider refunded ${of("refund")}, we say ${refunded(state)}`)],
		entries.some(({ currency }) => currency !== state.currency) ? [violation("I5", id, "the provider has another currency")] : [],
	].flat();
};

const I5: Check = ({ orders, payments, accounts, isInconsistent = false }) => [
	...orders.flatMap(totals),
	...(isInconsistent ? [] : payments.flatMap((entry) => againstProvider(accounts, entry))),
];

const I6: Check = ({ orders }) =>
	orders.flatMap(({ id, state, history }) => {
		const found: Violation[] = [];
		let current = order.initial(id);
		for (const event of history.flatMap(({ events }) => events)) {
			const ended = current.status === "cancelled" || current.status === "completed";
			const before = current.status;
			current = order.evolve(current, event);
			if (ended && current.status !== before) found.push(violation("I6", id, `was ${before} and became ${current.status}`));
		}
		if (!isDeepStrictEqual(current, state)) found.push(violation("I6", id, "replaying its journal gives a different state"));
		if (state.status !== "pending" && state.status !== "cancelled" && paymentStatusOf(state) === "notPaid")
			found.push(violation("I6", id, "is open without a payment"));
		return found;
	});

const I8: Check = ({ stocks, orders, payments, carts, accounts, isInconsistent = false }) => {
	const journals = [stocks, orders, payments, carts, accounts].flat();
	const holes = journals.flatMap(({ id, version, history }) =>
		history.length === version && history.every((commit, index) => commit.version === index + 1)
			? []
			: [violation("I8", id, "its journal has a gap")],
	);
	const known = new Set(orders.map(({ id }) => id));
	const lost = carts.flatMap(({ id, state }) =>
		state.orderId !== null && !known.has(state.orderId) ? [violation("I8", id, `its order ${state.orderId} does not exist`)] : [],
	);
	return [...holes, ...(isInconsistent ? [] : lost)];
};

interface Invariant {
	readonly description: string;
	/** Depends on the delivery of an event to another aggregate, which may still be pending. */
	readonly eventuallyHolds?: true;
	/** Compares several aggregates, so it needs a snapshot of one moment. */
	readonly crossAggregate?: true;
	readonly check: (snapshot: StoreSnapshot, atRest: boolean) => Violation[];
}

/** All invariants by number. Tests, fault-injection campaigns and the operator's command share these functions. */
export const INVARIANTS: Readonly<Record<string, Invariant>> = {
	I1: { description: "stock totals are consistent; no unit is reserved or allocated twice", check: I1 },
	I2: { description: "each cart version produced at most one order", check: I2 },
	I3: { description: "captured at most once; refunded <= captured <= authorized", check: I3 },
	I4: {
		description: "settled orders hold exactly the stock and money they should",
		eventuallyHolds: true,
		crossAggregate: true,
		check: I4,
	},
	I5: { description: "order totals are correct and match the provider's ledger", eventuallyHolds: true, check: I5 },
	I6: { description: "ended orders do not change; every order has a payment state", check: I6 },
	I8: { description: "every journal is complete and no order is missing", check: I8 },
	I9: {
		description: "every order event reached each of its consumers exactly once",
		eventuallyHolds: true,
		crossAggregate: true,
		check: checkEventDelivery,
	},
};

export interface Report {
	readonly counted: Readonly<Record<string, number>>;
	readonly violations: readonly Violation[];
	/** Invariants that cannot be checked on this snapshot. */
	readonly skipped: readonly string[];
}

/** @param quiet the shop is idle and all events are delivered. Otherwise an event pending for less than ten minutes is no violation. */
export const checkInvariants = (snapshot: StoreSnapshot, { quiet = false }: { readonly quiet?: boolean } = {}): Report => {
	const asked = Object.entries(INVARIANTS).filter(([, { crossAggregate = false }]) => !(crossAggregate && snapshot.isInconsistent));
	return {
		counted: {
			stocks: snapshot.stocks.length,
			orders: snapshot.orders.length,
			"orders still open": snapshot.orders.filter(({ state }) => isOpen(state)).length,
			payments: snapshot.payments.length,
			carts: snapshot.carts.length,
			...(snapshot.followers && {
				shipments: snapshot.followers.shipments.length,
				notifications: snapshot.followers.notifications.length,
			}),
			"entries of the test provider": sum(snapshot.accounts.map(({ state }) => state.entries.length)),
			commits: sum([snapshot.stocks, snapshot.orders, snapshot.payments, snapshot.carts].flat().map(({ version }) => version)),
		},
		violations: asked.flatMap(([, { check }]) => check(snapshot, quiet)),
		skipped: Object.keys(INVARIANTS).filter((name) => !asked.some(([other]) => other === name)),
	};
};

const keyOf = ({ invariant, subject }: Violation): string => `${invariant} ${subject}`;

/** Checks a shop that is running. A violation that may settle is reported only if a second check finds it too. */
export const checkWithRetry = async (read: () => Promise<StoreSnapshot>, pause: () => Promise<void>): Promise<Report> => {
	const first = checkInvariants(await read());
	if (!first.violations.some(({ invariant }) => INVARIANTS[invariant]?.eventuallyHolds)) return first;
	await pause();
	const second = checkInvariants(await read());
	const before = new Set(first.violations.map(keyOf));
	return {
		...second,
		violations: second.violations.filter((found) => !INVARIANTS[found.invariant]?.eventuallyHolds || before.has(keyOf(found))),
	};
};
