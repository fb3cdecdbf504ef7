import { join } from "node:path";
import type { ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import type { ActionContract, Contract, EventContract } from "@kernel/contract";
import { personalFieldNames } from "@kernel/personal-data";
import { Auth, AuthEvents } from "./auth/auth.contract";
import { auth } from "./auth/auth.service";
import { Carts } from "./carts/carts.contract";
import { carts } from "./carts/carts.service";
import { Operations } from "./gateway/gateway.contract";
import { gateway } from "./gateway/gateway.service";
import { Inventory, InventoryEvents } from "./inventory/inventory.contract";
import { inventory } from "./inventory/inventory.service";
import { Notifications } from "./notifications/notifications.contract";
import { notifications } from "./notifications/notifications.service";
import { OrderEvents, Orders } from "./orders/orders.contract";
import { orders } from "./orders/orders.service";
import { PaymentEvents, Payments } from "./payments/payments.contract";
import { payments } from "./payments/payments.service";
import { ProductEvents, Products } from "./products/products.contract";
import { products } from "./products/products.service";
import { Shipping, ShippingEvents } from "./shipping/shipping.contract";
import { shipping } from "./shipping/shipping.service";
import { UserEvents, Users } from "./users/users.contract";
import { users } from "./users/users.service";

const contracts: readonly Contract[] = [Auth, Users, Products, Inventory, Carts, Orders, Payments, Shipping, Notifications, Operations];

/** Every action of the shop. */
export const ACTIONS: readonly ActionContract[] = contracts.flatMap((contract) =>
	Object.values(contract as Readonly<Record<string, ActionContract>>),
);

/** Every event that services publish to each other. */
export const EVENTS: readonly EventContract[] = [
	UserEvents,
	AuthEvents,
	ProductEvents,
	InventoryEvents,
	OrderEvents,
	PaymentEvents,
	ShippingEvents,
].flatMap((events) => Object.values<EventContract>(events));

/** Names of all fields that hold personal data. Logs redact them. */
export const PERSONAL_NAMES: ReadonlySet<string> = personalFieldNames([
	...ACTIONS.flatMap(({ params, returns }) => [params, returns]),
	...EVENTS.map(({ data }) => data),
]);

/** Product images of the demo catalogue. */
export const ASSETS = { prefix: "/demo", folder: join(__dirname, "products", "demo", "pictures") } as const;

/** Service factories by name. A node hosts those that its settings name. */
export const SERVICE_FACTORIES: Readonly<Record<string, (runtime: Runtime) => ServiceSchema>> = {
	inventory,
	products,
	shipping,
	payments,
	users,
	auth,
	carts,
	orders,
	notifications,
	gateway: (runtime) => gateway(runtime, ACTIONS, { assets: ASSETS }),
};
