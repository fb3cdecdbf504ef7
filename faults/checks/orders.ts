import type { OrderEntry } from "../../cli/check/snapshot";
import { actsOn, finding, isStanding, promises, sum, type Check } from "./check-input";
import type { Attempt, CartRecord, Finding } from "../history";

const DURABLE = "I8 a 2xx answer is durable";
const KEPT = "what a buyer was told comes true";

/** Test tokens that the provider declines. */
const DECLINED: ReadonlySet<string> = new Set(["tok_declined", "tok_insufficient_funds"]);

/** The final states that the reply to the buyer permits. */
const mayBe = ({ promised }: CartRecord, { told, token }: Attempt, cancelled: boolean): readonly string[] => {
	const stands = ["confirmed", "completed", ...(cancelled ? ["cancelled"] : [])];
	if (told.status === 202 && token === "tok_requires_action")
		return promised === "authorized" ? stands : promised === "declined" ? ["cancelled"] : [...stands, "cancelled"];
	if (told.status === 202 && DECLINED.has(token)) return ["cancelled"]; // the decline arrived after the reply
	return stands; // delays and transient failures do not change the final state
};

/** Every order promised by a reply exists as replied and has a permitted final state. */
export const acceptedOrdersExist: Check = ({ history, snapshot }) => {
	const orders = new Map(snapshot.orders.map((entry) => [entry.id, entry.state]));
	return promises(history).flatMap(({ cartRecord, attempt }): Finding[] => {
		const told = attempt.told.order!;
		const order = orders.get(told.id);
		if (!order) return [finding(DURABLE, told.id, `was answered ${attempt.told.status} and is not there`)];
		const { done, unclear } = actsOn(history, "cancel", told.id);
		const allowed = mayBe(cartRecord, attempt, done.length + unclear.length > 0);
		return [
			order.total === told.total.amount && order.number === told.number && order.cartId === cartRecord.cartId
				? []
				: [
						finding(
							DURABLE,
							told.id,
							`is not what was answered: ${order.number}, ${order.total} for ${told.number}, ${told.total.amount}`,
						),
					],
			allowed.includes(order.status)
				? []
				: [finding(KEPT, told.id, `${order.status} (${order.cancelReason}) after ${attempt.told.status} with ${attempt.token}`)],
		].flat();
	});
};

/** Every order belongs to a buyer's checkout, and each cart has at most one order. */
export const noUnreportedOrders: Check = ({ history, snapshot }) => {
	const byCart = Map.groupBy(snapshot.orders.filter(isStanding), ({ state }) => state.cartId);
	const cartRecords = new Map(history.carts.map((cartRecord) => [cartRecord.cartId, cartRecord]));
	return [...byCart].flatMap(([cartId, orders]): Finding[] => {
		const cartRecord = cartRecords.get(cartId);
		if (!cartRecord) return [finding("an order has a buyer", orders[0]!.id, `of ${cartId}, which no shopper filled`)];
		const told = promises({ ...history, carts: [cartRecord] }).map(({ attempt }) => attempt.told.order!.id);
		const unclear = cartRecord.attempts.some(({ told: { status } }) => status === 0);
		return [
			orders.length > 1 ? [finding("I2 one order per cart", cartId, orders.map(({ id }) => id).join(", "))] : [],
			told.length > 0 && !told.includes(orders[0]!.id)
				? [finding(KEPT, orders[0]!.id, `stands, and the buyer knows of ${told.join(", ")}`)]
				: [],
			told.length === 0 && !unclear
				? [
						finding(
							KEPT,
							orders[0]!.id,
							`stands, and all that the buyer was told is ${cartRecord.attempts.map((attempt) => `${attempt.told.status} ${attempt.told.code}`).join(", ")}`,
						),
					]
				: [],
		].flat();
	});
};

/** An order has the lines and prices of its cart. */
export const ordersMatchCarts: Check = ({ history, snapshot, products }) => {
	const cartRecords = new Map(history.carts.map((cartRecord) => [cartRecord.cartId, cartRecord]));
	const wrong = ({ id, state }: OrderEntry): Finding[] => {
		const { lines } = cartRecords.get(state.cartId) ?? { lines: new Map<string, never>() };
		const units = (sku: string) => sum(state.lines.filter((line) => line.sku === sku).map(({ quantity }) => quantity));
		const skus = new Set([...lines.keys(), ...state.lines.map(({ sku }) => sku)]);
		const cost = sum(state.lines.map(({ sku, quantity }) => products.price.get(sku)! * quantity));
		return [
			...[...skus].flatMap((sku) => {
				const { min, max } = lines.get(sku) ?? { min: 0, max: 0 };
				const there = units(sku);
				return there >= min && there <= max
					? []
					: [finding("an order is what was in the cart", id, `${there} of ${sku}, not ${min} to ${max}`)];
			}),
			...(cost + state.shippingTotal === state.total ? [] : [finding("I5 totals", id, `costs ${state.total}, its lines ${cost}`)]),
		];
	};
	return snapshot.orders.filter((entry) => isStanding(entry) && cartRecords.has(entry.state.cartId)).flatMap(wrong);
};

/** A cart with a successful order is completed; after a failed checkout it is active again. */
export const cartsUsable: Check = ({ history, snapshot }) => {
	const ordered = new Set(snapshot.orders.filter(isStanding).map(({ state }) => state.cartId));
	// Staff may have cancelled before or after confirmation. The cart may be completed or active.
	const recalled = new Set(snapshot.orders.filter(({ state }) => state.cancelReason === "faults").map(({ state }) => state.cartId));
	const states = new Map(snapshot.carts.map(({ id, state }) => [id, state.status]));
	return history.carts.flatMap(({ cartId, attempts }): Finding[] => {
		const status = states.get(cartId);
		const wanted = ordered.has(cartId) ? ["ordered"] : recalled.has(cartId) ? ["ordered", "active"] : ["active"];
		return attempts.length === 0 || (status !== undefined && wanted.includes(status))
			? []
			: [finding("a cart is used up or usable", cartId, `is ${status}, expected ${wanted.join(" or ")}`)];
	});
};
