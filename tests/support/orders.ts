import { join } from "node:path";
import { call, type Caller } from "@kernel/contract";
import { serviceError } from "@mixins/errors/service-errors";
import { Actors } from "@mixins/actors/actor";
import { sqliteStore } from "@mixins/store/sqlite";
import { carts } from "@services/carts/carts.service";
import { inventory } from "@services/inventory/inventory.service";
import { Inventory, type StockLevel } from "@services/inventory/inventory.contract";
import type { OrdersContext } from "@services/orders/context";
import type { Placement } from "@services/orders/domain/model";
import { order } from "@services/orders/domain/order";
import { orders } from "@services/orders/orders.store";
import { payments } from "@services/payments/payments.service";
import { Payments } from "@services/payments/payments.contract";
import { shipping } from "@services/shipping/shipping.service";
import { products } from "@services/products/products.service";
import { world, type World } from "./world";

export const MUG = "MUG-1";

/** The services that the checkout process calls, and a store of orders for contexts of its nodes. */
export interface OrdersWorld {
	readonly shop: World;
	/** Time of all services, in epoch ms. */
	now: number;
	readonly caller: Caller;
	readonly collection: OrdersContext["collection"];
	/** Context of one node: separate memory over the shared store. */
	node(autoCapture?: boolean): OrdersContext;
	/** Places a pending order. */
	place(id: string, more?: Partial<Placement>): Promise<void>;
	stock(sku: string): Promise<StockLevel>;
	/** Ledger entries of the payment provider for the order. */
	ledger(orderId: string): Promise<readonly string[]>;
	/** Event types by commit. */
	events(orderId: string): Promise<readonly string[]>;
	stop(): Promise<void>;
}

export const CAUSE = { at: 1, actor: "guest", correlationId: "req_1", causationId: "req_1" };

export const line = (id: string, sku: string, quantity: number): Placement["lines"][number] => ({
	...{ id, sku, quantity, productId: "prod_1", variantId: "var_1", title: "Mug", variantTitle: "", imageUrl: null },
	...{ unitPrice: 1_000, shippedQuantity: 0 },
});

export const placementOf = (id: string, more: Partial<Placement> = {}): Placement => ({
	...order.initial(id),
	...{ number: "10001", cartId: `cart_${id}`, cartVersion: 4, currency: "EUR", email: "ana@example.com" },
	...{ lines: [line("line_1", MUG, 2)], subtotal: 2_000, total: 2_000, paymentId: `pay_${id}`, provider: "test", token: "tok_ok" },
	...{ placedAt: 1_000 },
	...more,
});

export const ordersWorld = async (): Promise<OrdersWorld> => {
	const time = { now: 1_000 };
	const shop = await world([inventory, products, shipping, payments, carts], { clock: () => time.now });
	const store = sqliteStore(join(shop.folder, "orders-under-test.db"));
	const collection = store.collection(orders);
	await store.open();
	const { broker } = shop;
	const caller: Caller = { call: (name, params) => broker.call(name, params) };
	const node: OrdersWorld["node"] = (autoCapture = true) => ({
		...{ collection, autoCapture, clock: () => time.now, nextNumber: () => Promise.resolve("10001") },
		actors: new Actors(order, collection, { exclusive: false, limits: { batch: 1 } }),
		runs: new Map(),
		observeStep: () => undefined,
	});
	return {
		shop,
		caller,
		collection,
		node,
		get now() {
			return time.now;
		},
		set now(at) {
			time.now = at;
		},
		async place(id, more) {
			const command = { placement: placementOf(id, more), at: time.now };
			await node().actors.create(id, "place", command, () => null, { ...CAUSE, at: time.now });
			await collection.count({}); // waits for the documents, which may be late
		},
		stock: (sku) => call(caller, Inventory.level, { sku }),
		async ledger(orderId) {
			const { items } = await call(caller, Payments.ledger, { orderId, limit: 100 });
			return items.map(({ kind, amount }) => `${kind} ${amount.amount}`);
		},
		events: async (orderId) =>
			(await collection.history(orderId)).map((commit) => commit.events.map(({ type }) => type.replace("order.", "")).join("+")),
		async stop() {
			await store.close();
			await shop.stop();
		},
	};
};

/** Fails the `at`-th call as unavailable, before it reaches its service or after the service has completed it. */
export const interrupted = (caller: Caller, at: number, when: "before" | "after"): Caller & { readonly made: () => number } => {
	let made = 0;
	return {
		made: () => made,
		async call(name, params) {
			const isMeant = ++made === at;
			if (isMeant && when === "before") throw serviceError("UNAVAILABLE");
			const reply = await caller.call(name, params);
			if (isMeant) throw serviceError("UNAVAILABLE");
			return reply;
		},
	};
};
