import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Commands, Decider } from "@kernel/decider";
import { nameClaim } from "@kernel/name-claim";
import { isRejection } from "@kernel/rejection";
import { delivery } from "@mixins/events/delivery";
import { recovery } from "@services/auth/domain/recovery";
import { session } from "@services/auth/domain/session";
import { cart } from "@services/carts/domain/cart";
import { auditEntry } from "@services/gateway/domain/audit";
import { idempotencyKey } from "@services/gateway/domain/idempotency";
import { stock } from "@services/inventory/domain/stock";
import { notification } from "@services/notifications/domain/notification";
import { counter } from "@services/orders/domain/counter";
import { order } from "@services/orders/domain/order";
import { payment } from "@services/payments/domain/payment";
import { account } from "@services/payments/providers/test-provider-ledger";
import { compose } from "@services/products/domain/compose";
import { product } from "@services/products/domain/product";
import { shipment } from "@services/shipping/domain/shipment";
import { administrators } from "@services/users/domain/administrators";
import { user } from "@services/users/domain/user";
import { deepFreeze } from "./support/frozen-states";

const ROOT = join(__dirname, "..");

interface Example {
	readonly name: string;
	readonly ownsState: boolean;
	readonly events: readonly { readonly type: string }[];
	readonly initial: () => unknown;
	readonly evolve: (state: unknown, event: unknown) => unknown;
}

/** @param events by type, in the order of the history: a type that is missing does not compile */
const example = <State, Event extends { readonly type: string }>(
	name: string,
	{ initial, evolve, ownsState }: Pick<Decider<State, Event, Commands<State, Event>>, "initial" | "evolve" | "ownsState">,
	events: { readonly [Type in Event["type"]]: readonly Omit<Extract<Event, { readonly type: Type }>, "type">[] },
): Example => ({
	name,
	ownsState: ownsState ?? false,
	events: Object.entries<readonly object[]>(events).flatMap(([type, some]) => some.map((data) => deepFreeze({ type, ...data }))),
	initial: () => initial("id_1"),
	evolve: (state, event) => evolve(state as State, event as Event),
});

const at = 1;
const orderId = "ord_1";
const userId = "usr_1";
const address = { name: "Ana", line1: "Calle 1", city: "Madrid", postalCode: "28001", country: "ES" };
const offer = { sku: "MUG", productId: "prod_1", variantId: "var_1", title: "Mug", variantTitle: "", imageUrl: null, unitPrice: 1_000 };
const goods = { ...offer, weightGrams: 350, taxable: true, requiresShipping: true };
const totals = { taxIncluded: true, subtotal: 1_000, discountTotal: 0, shippingTotal: 0, taxTotal: 0, total: 1_000 };
const content = compose("prod_1", { title: "Mug", variants: [{ sku: "MUG", price: { amount: 900, currency: "EUR" } }] }, null);
if (isRejection(content)) throw new Error(content.rejected);

const examples: readonly Example[] = [
	example("nameClaim", nameClaim, { "claim.made": [{ owner: "a" }], "claim.released": [{ owner: "a" }] }),
	example("delivery", delivery, {
		"delivery.failed": [{ consumer: "c", error: "e", at, dueAt: 2 }],
		"delivery.claimed": [{ until: 3 }],
		"delivery.died": [{ error: "e" }],
		"delivery.replayed": [{ at }],
		"delivery.succeeded": [{}],
	}),
	example("recovery", recovery, {
		"auth.passwordResetRequested": [
			{ userId, requestId: "r_1", stamp: 0, at },
			{ userId, requestId: "r_2", stamp: 0, at: 2 },
		],
		"recovery.used": [{ requestId: "r_2" }],
		"recovery.voided": [{}],
	}),
	example("session", session, {
		"session.begun": [{ userId, stamp: 0, hash: "h_1", at }],
		"session.refreshed": [
			{ hash: "h_2", at: 2 },
			{ hash: "h_3", at: 3 },
		],
		"session.ended": [{ reason: "loggedOut", at: 4 }],
	}),
	example("cart", cart, {
		"cart.created": [{ currency: "EUR", customerId: null, email: null, locale: "en", at }],
		"cart.lineSet": [
			{ line: { ...goods, id: "line_1", quantity: 1 }, by: "mark_1", at },
			{ line: { ...goods, id: "line_2", quantity: 1 }, by: "mark_2", at },
			{ line: { ...goods, id: "line_2", quantity: 2 }, at },
		],
		"cart.lineRemoved": [{ lineId: "line_1", at }],
		"cart.detailsChanged": [{ details: { shippingAddress: address }, at }],
		"cart.claimed": [{ customerId: userId, email: "ana@example.com", at }],
		"cart.merged": [{ from: "cart_2", at }],
		"cart.repriced": [{ goods: [{ ...goods, unitPrice: 900 }], at }],
		"cart.checkoutStarted": [
			{ checkout: { orderId, version: 3, payment: { provider: "test", token: "tok_ok" }, totals, startedAt: at } },
		],
		"cart.reopened": [{ at }],
		"cart.ordered": [{ orderId, at }],
		"cart.closed": [{ at }],
	}),
	example("auditEntry", auditEntry, {
		"audit.recorded": [{ entry: { at, actor: userId, action: "a", subject: null, outcome: "ok", requestId: "r" } }],
	}),
	example("idempotencyKey", idempotencyKey, {
		"idempotency.begun": [{ fingerprint: "f", boot: "b", at }],
		"idempotency.answered": [{ answer: { status: 200, headers: {}, body: null }, at: 2 }],
		"idempotency.released": [{ at: 3 }],
	}),
	example("stock", stock, {
		"stock.received": [{ quantity: 9, reason: "r" }],
		"stock.adjusted": [{ delta: 1, reason: "r", by: "mark_1" }],
		"stock.reserved": [
			{ orderId, quantity: 3, expiresAt: 9 },
			{ orderId: "ord_2", quantity: 1, expiresAt: 9 },
		],
		"stock.allocated": [{ orderId, quantity: 3 }],
		"stock.released": [{ orderId: "ord_2", quantity: 1 }],
		"stock.withdrawn": [{ orderId: "ord_3" }],
		"stock.shipped": [
			{ orderId, shipmentId: "shp_1", quantity: 1 },
			{ orderId, shipmentId: "shp_2", quantity: 2 },
		],
		"stock.availabilityChanged": [{ sku: "MUG", available: 7 }],
	}),
	example("notification", notification, {
		"notification.queued": [{ news: { template: "order-confirmation", orderId }, channel: "email", at }],
		"notification.begun": [{ dueAt: 2 }],
		"notification.delayed": [{ error: "451", dueAt: 3 }],
		"notification.interrupted": [{ dueAt: 4 }],
		"notification.sent": [{ to: "a***" }],
		"notification.skipped": [{ reason: "r" }],
		"notification.failed": [{ error: "550" }],
	}),
	example("counter", counter, { "counter.taken": [{ count: 3 }] }),
	example("order", order, {
		"order.placed": [
			{
				orderId,
				placement: {
					...totals,
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
					lines: [{ ...offer, id: "line_1", quantity: 3, shippedQuantity: 0 }],
					paymentId: "pay_1",
					provider: "test",
					token: "tok_ok",
					placedAt: at,
				},
			},
		],
		"order.paymentRecorded": [
			{
				payment: {
					id: "pay_1",
					provider: "test",
					status: "authorized",
					amount: 1_000,
					captured: 0,
					refunded: 0,
					refunds: [],
					nextAction: null,
					declineCode: null,
					version: 1,
				},
				at,
			},
		],
		"order.confirmed": [{ orderId, captureWanted: 1_000, at }],
		"order.captureRequested": [{ amount: 1_000, at }],
		"order.captureWithdrawn": [{ at }],
		"order.cancelRequested": [{ reason: "mistake", at }],
		"order.cancelWithdrawn": [{ at }],
		"order.refunded": [{ orderId, refundId: "ref_1", amount: { amount: 1, currency: "EUR" } }],
		"order.shipped": [
			{
				orderId,
				shipmentId: "shp_1",
				shipment: {
					id: "shp_1",
					status: "shipped",
					carrier: "DHL",
					trackingNumber: "1",
					lines: [{ lineId: "line_1", quantity: 1 }],
				},
				at,
			},
		],
		"order.delivered": [{ shipmentId: "shp_1", at }],
		"order.readyToHandOver": [{ orderId }],
		"order.handedOver": [{ orderId, at }],
		"order.completed": [{ orderId }],
		"order.cancelled": [{ orderId, reason: "mistake", at }],
	}),
	example("payment", payment, {
		"payment.requested": [{ orderId, provider: "test", token: "tok_ok", amount: 1_000, currency: "EUR", dueAt: 5 }],
		"payment.actionRequired": [{ nextAction: null }],
		"payment.lost": [{ dueAt: 6 }],
		"payment.authorized": [{}],
		"payment.captured": [{ amount: 1_000 }],
		"payment.refundRequested": [
			{ refundId: "ref_1", amount: 1, reason: "r", dueAt: 7 },
			{ refundId: "ref_2", amount: 1, reason: "r", dueAt: 7 },
		],
		"payment.refundFailed": [{ refundId: "ref_1" }],
		"payment.refunded": [{ refundId: "ref_2" }],
		"payment.webhookApplied": [{ webhookId: "w_1" }],
		"payment.changed": [{ paymentId: "pay_1", orderId, status: "captured" }],
		"payment.voided": [{}],
		"payment.declined": [{ code: "c" }],
	}),
	example("account", account, {
		"account.entered": [
			{
				entry: { id: "e", orderId, paymentId: "pay_1", key: "k", kind: "authorize", amount: 1, currency: "EUR", at },
				token: "tok_ok",
			},
		],
		"account.failed": [{ key: "k" }, { key: "k" }],
	}),
	example("product", product, {
		"product.changed": [{ productId: "prod_1", content, at }],
		"product.removed": [{ productId: "prod_1", at: 2 }],
	}),
	example("shipment", shipment, {
		"shipment.dispatched": [{ orderId, carrier: "DHL", trackingNumber: "1", lines: [{ lineId: "line_1", quantity: 1 }] }],
		"shipment.delivered": [{ shipmentId: "shp_1", orderId }],
	}),
	example("administrators", administrators, {
		"administrator.entered": [{ userId }, { userId: "usr_2" }],
		"administrator.struck": [{ userId, userVersion: 2 }],
	}),
	example("user", user, {
		"user.registered": [
			{ userId, email: "ana@example.com", name: "Ana", locale: "en", role: "customer", emailVerified: false, passwordHash: "p", at },
		],
		"user.registrationRepeated": [{ userId, at: 2 }],
		"user.passwordSet": [{ passwordHash: "q" }],
		"user.passwordRehashed": [{ passwordHash: "r" }],
		"user.renamed": [{ name: "Bo" }],
		"user.localeChanged": [{ locale: "es" }],
		"user.emailVerified": [{}],
		"user.roleChanged": [{ role: "admin" }],
		"user.disabled": [{}],
		"user.enabled": [{}],
		"user.addressKept": [{ address: { ...address, id: "adr_1", sequence: 1 } }, { address: { ...address, id: "adr_2", sequence: 2 } }],
		"user.addressChanged": [{ address: { ...address, id: "adr_1", sequence: 1, version: 2 } }],
		"user.addressRemoved": [{ addressId: "adr_2" }],
		"user.secured": [{ userId, reason: "disabled", stamp: 1 }],
		"user.deleted": [{}],
		"user.abandoned": [{}],
	}),
];

test("every decider of the program has an example", () => {
	const files = globSync("{kernel,mixins,config,services}/**/*.ts", { cwd: ROOT, exclude: (path) => path.endsWith(".spec.ts") });
	const declared = files.flatMap((file) =>
		[...readFileSync(join(ROOT, file), "utf8").matchAll(/const (\w+) = decider</g)].map(([, name]) => name),
	);
	expect(declared.sort()).toEqual(examples.map(({ name }) => name).sort());
});

test("only the stock owns its state", () => {
	expect(examples.filter(({ ownsState }) => ownsState).map(({ name }) => name)).toEqual(["stock"]);
});

test.each(examples.filter(({ ownsState }) => !ownsState))("$name: evolve returns new states", ({ events, initial, evolve }) => {
	let state = deepFreeze(initial());
	const states = events.map((event) => (state = deepFreeze(evolve(state, event))));
	expect(states[0]).not.toEqual(initial());
});

test.each(examples.filter(({ ownsState }) => ownsState))(
	"$name: evolve changes only the state that it owns, and returns it",
	({ events, initial, evolve }) => {
		const own = initial();
		for (const event of events) expect(evolve(own, event)).toBe(own); // the events are frozen
		expect(own).not.toEqual(initial());
		// A copy of each state, as a store or another process has it, leads to the same end.
		expect(events.reduce((state, event) => evolve(structuredClone(state), event), initial())).toEqual(own);
	},
);
