import { decider, assertNever } from "@kernel/decider";
import { reject } from "@kernel/rejection";

/** The stock of one SKU. Units for an order are first reserved (may be released), then allocated (sold), then shipped. */
export interface Stock {
	readonly sku: string;
	/** Whether the SKU was ever counted. An order can address a SKU that has no stock record. */
	counted: boolean;
	onHand: number;
	reserved: number;
	allocated: number;
	/** Sums over the whole history: on hand = received - shipped + adjusted (I1). */
	received: number;
	shipped: number;
	adjusted: number;
	/** Holds by order id. Changed in place, because a popular SKU has many. */
	readonly holds: Record<string, Hold>;
	/** The latest orders whose hold has ended: released, withdrawn or completely shipped. Their delayed requests are rejected. */
	readonly closed: string[];
	/** Marks of the latest adjustment requests, which make repeated requests idempotent. */
	readonly adjustments: string[];
}

interface Hold {
	quantity: number;
	state: "reserved" | "allocated";
	/** Shipped quantity by shipment id. */
	shipments: Record<string, number>;
}

interface Held {
	readonly orderId: string;
	readonly quantity: number;
}

export type StockEvent =
	| { readonly type: "stock.received"; readonly quantity: number; readonly reason: string }
	| { readonly type: "stock.adjusted"; readonly delta: number; readonly reason: string; readonly by?: string }
	| ({ readonly type: "stock.reserved"; readonly expiresAt: number } & Held)
	| ({ readonly type: "stock.allocated" } & Held)
	| ({ readonly type: "stock.released" } & Held)
	| { readonly type: "stock.withdrawn"; readonly orderId: string }
	| ({ readonly type: "stock.shipped"; readonly shipmentId: string } & Held)
	| { readonly type: "stock.availabilityChanged"; readonly sku: string; readonly available: number };

/** Quantity that can still be reserved. Never negative (invariant I1). */
export const available = ({ onHand, reserved, allocated }: Pick<Stock, "onHand" | "reserved" | "allocated">): number =>
	onHand - reserved - allocated;

/** The events of a command, plus `stock.availabilityChanged` if the SKU becomes available or unavailable. The catalogue consumes only that event. */
const happened = (state: Stock, change: number, ...events: StockEvent[]): readonly StockEvent[] => {
	const before = available(state);
	const after = before + change;
	return before > 0 === after > 0 ? events : [...events, { type: "stock.availabilityChanged", sku: state.sku, available: after }];
};

const noEvents: readonly StockEvent[] = [];

interface Count {
	readonly onHand: number;
	readonly reason: string;
}

const firstCount = ({ onHand, reason }: Count, state: Stock) =>
	happened(state, onHand, { type: "stock.received", quantity: onHand, reason });

/** First count of a SKU. */
const receive = (count: Count, state: Stock) => (state.counted ? reject("ILLEGAL_TRANSITION") : firstCount(count, state));

/** Count of any SKU. */
const set = (count: Count, state: Stock) => {
	if (!state.counted) return firstCount(count, state);
	const delta = count.onHand - state.onHand;
	return delta === 0 ? noEvents : adjust({ delta, reason: count.reason }, state);
};

/** Number of stored marks. Exceeds the adjustments that staff send between a request and its repetition. */
const MAX_ADJUSTMENT_MARKS = 20;

/** @param by mark of the request; a repeated mark has no effect */
const adjust = ({ delta, reason, by }: { delta: number; reason: string; by?: string }, state: Stock) => {
	if (by !== undefined && state.adjustments.includes(by)) return noEvents;
	if (available(state) + delta < 0) return reject("STOCK_TOO_LOW", { available: available(state) });
	if (delta === 0) return noEvents;
	return happened(state, delta, { type: "stock.adjusted", delta, reason, ...(by !== undefined && { by }) });
};

const reserve = ({ orderId, quantity, expiresAt }: { orderId: string; quantity: number; expiresAt: number }, state: Stock) => {
	const hold = state.holds[orderId];
	if (hold) return hold.quantity === quantity ? noEvents : reject("ILLEGAL_TRANSITION");
	if (state.closed.includes(orderId)) return reject("ILLEGAL_TRANSITION");
	if (quantity > available(state)) return reject("OUT_OF_STOCK", { available: Math.max(0, available(state)) });
	return happened(state, -quantity, { type: "stock.reserved", orderId, quantity, expiresAt });
};

const allocate = ({ orderId }: { orderId: string }, state: Stock) => {
	const hold = state.holds[orderId];
	if (!hold) return reject("ILLEGAL_TRANSITION");
	return hold.state === "allocated" ? noEvents : happened(state, 0, { type: "stock.allocated", orderId, quantity: hold.quantity });
};

const release = ({ orderId }: { orderId: string }, state: Stock) => {
	const hold = state.holds[orderId];
	if (hold) return happened(state, hold.quantity, { type: "stock.released", orderId, quantity: hold.quantity });
	return state.closed.includes(orderId) ? noEvents : happened(state, 0, { type: "stock.withdrawn", orderId });
};

const ship = ({ orderId, shipmentId, quantity }: { orderId: string; shipmentId: string; quantity: number }, state: Stock) => {
	const hold = state.holds[orderId];
	if (!hold) return noEvents; // all units of the order were shipped, including this shipment
	if (hold.shipments[shipmentId] !== undefined) return noEvents;
	if (hold.state !== "allocated" || quantity > hold.quantity) return reject("ILLEGAL_TRANSITION");
	return happened(state, 0, { type: "stock.shipped", orderId, shipmentId, quantity });
};

const evolve = (state: Stock, event: StockEvent): Stock => {
	switch (event.type) {
		case "stock.received":
			state.counted = true;
			state.onHand += event.quantity;
			state.received += event.quantity;
			return state;
		case "stock.adjusted":
			state.counted = true;
			state.onHand += event.delta;
			state.adjusted += event.delta;
			if (event.by !== undefined) state.adjustments.push(event.by);
			if (state.adjustments.length > MAX_ADJUSTMENT_MARKS) state.adjustments.shift();
			return state;
		case "stock.reserved":
			state.reserved += event.quantity;
			state.holds[event.orderId] = { quantity: event.quantity, state: "reserved", shipments: {} };
			return state;
		case "stock.allocated":
			state.reserved -= event.quantity;
			state.allocated += event.quantity;
			held(state, event).state = "allocated";
			return state;
		case "stock.released":
			if (held(state, event).state === "allocated") state.allocated -= event.quantity;
			else state.reserved -= event.quantity;
			delete state.holds[event.orderId];
			return closed(state, event.orderId);
		case "stock.withdrawn":
			return closed(state, event.orderId);
		case "stock.shipped": {
			const hold = held(state, event);
			state.onHand -= event.quantity;
			state.allocated -= event.quantity;
			state.shipped += event.quantity;
			hold.quantity -= event.quantity;
			hold.shipments[event.shipmentId] = event.quantity;
			if (hold.quantity > 0) return state;
			delete state.holds[event.orderId];
			return closed(state, event.orderId);
		}
		case "stock.availabilityChanged":
			return state;
		default:
			return assertNever(event);
	}
};

/** Number of stored closed orders. Far exceeds the orders that end while a delayed request is in transit. */
const MAX_CLOSED_ORDERS = 1_000;

const closed = (state: Stock, orderId: string): Stock => {
	state.closed.push(orderId);
	if (state.closed.length > MAX_CLOSED_ORDERS) state.closed.shift();
	return state;
};

const held = (state: Stock, { orderId, quantity }: Held): Hold => {
	const hold = state.holds[orderId];
	if (!hold || hold.quantity < quantity) throw new Error(`SKU ${state.sku}: order ${orderId} holds less than ${quantity}`);
	return hold;
};

export const stock = decider<Stock, StockEvent>()({
	initial: (sku) => ({
		sku,
		counted: false,
		onHand: 0,
		reserved: 0,
		allocated: 0,
		received: 0,
		shipped: 0,
		adjusted: 0,
		holds: {},
		closed: [],
		adjustments: [],
	}),
	commands: { receive, set, adjust, reserve, allocate, release, ship },
	evolve,
	ownsState: true, // a SKU in demand has many holds, and each keeps up to 1,000 closed orders
});
