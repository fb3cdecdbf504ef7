import { mermaid, type Transitions } from "@kernel/transitions";
import { CART_TRANSITIONS } from "@services/carts/domain/cart";
import { NOTIFICATION_TRANSITIONS } from "@services/notifications/domain/notification";
import { ORDER_TRANSITIONS } from "@services/orders/domain/model";
import { PAYMENT_TRANSITIONS } from "@services/payments/domain/payment";
import { SHIPMENT_TRANSITIONS } from "@services/shipping/domain/shipment";

const TABLES: Readonly<Record<string, Transitions<string>>> = {
	Cart: CART_TRANSITIONS,
	Order: ORDER_TRANSITIONS,
	Payment: PAYMENT_TRANSITIONS,
	Notification: NOTIFICATION_TRANSITIONS,
	Shipment: SHIPMENT_TRANSITIONS,
};

/** docs/states.md: the state diagrams, drawn from the transition tables. */
export const statesPage = (): string =>
	[
		"# States",
		"",
		"Generated from the transition tables in `services/*/domain` by `npm run docs:generate`. `new` is what has not been written yet.",
		...Object.entries(TABLES).flatMap(([name, table]) => ["", `## ${name}`, "", "```mermaid", mermaid(table, "new"), "```"]),
		"",
	].join("\n");
