import { setTimeout as pause } from "node:timers/promises";
import type { Cart } from "@services/carts/carts.contract";
import type { Order } from "@services/orders/orders.contract";
import type { SeededRandom } from "./seeded-random";
import type { Answer, Client } from "./client";
import type { TestProducts } from "./test-products";
import { isAccepted, type Attempt, type CartRecord, type History, type Finding } from "./history";
import type { Webhooks } from "./webhooks";

/** The context of a shopper. */
export interface ShopperContext {
	readonly ask: Client;
	readonly products: TestProducts;
	readonly history: History;
	readonly webhooks: Webhooks;
	readonly isOver: () => boolean;
}

/** A shopper's identity. A customer's token is requested at each use, since it may have expired. */
export interface Shopper {
	readonly name: string;
	readonly customer: { readonly email: string; readonly token: (fresh: boolean) => Promise<string | undefined> } | null;
}

/** The data that an order needs in addition to an e-mail address. */
export const DETAILS = {
	shippingAddress: { name: "Ana Compradora", line1: "Calle Mayor 1", city: "Madrid", postalCode: "28001", country: "ES" },
	shippingMethod: "standard",
};
const TOKENS = {
	tok_ok: 50,
	tok_flaky: 12,
	tok_capture_fails: 8,
	tok_requires_action: 10,
	tok_timeout: 4,
	tok_declined: 6,
	tok_insufficient_funds: 4,
	tok_refund_fails: 6,
};
const MAX_QUANTITY = 20;

/** Runs one shopper's journeys until the campaign ends. */
export const runShopper = async (context: ShopperContext, person: Shopper, random: SeededRandom): Promise<void> => {
	for (let round = 0; !context.isOver(); round++) {
		await journey(context, person, random.fork(String(round)), `${person.name}.${round}`);
		await pause(random.int(0, 60));
	}
};

const journey = async (
	{ ask, products, history, webhooks }: ShopperContext,
	{ customer }: Shopper,
	random: SeededRandom,
	name: string,
): Promise<void> => {
	const find = (rule: string, subject: string, what: string): void =>
		void history.findings.push({ rule, subject, what } satisfies Finding);
	let keys = 0;
	const key = (): string => `${name}.${keys++}`;
	const as = { token: await customer?.token(false) };
	if (customer && !as.token) return;

	/** After a lost session the customer logs in and retries under the same key, since the first attempt may have taken effect. */
	const insist = async <T>(path: string, body: unknown, own: string): Promise<Answer<T>> => {
		const answer = await ask<T>("POST", path, body, { ...as, key: own });
		if (answer.status !== 401 || !customer) return answer;
		as.token = await customer.token(true);
		const again = as.token === undefined ? answer : await ask<T>("POST", path, body, { ...as, key: own });
		// An attempt without a reply may have taken effect before the session ended.
		return again.status === 401 && (again.repeated || answer.repeated) ? { ...again, status: 0 } : again;
	};

	/** Sends a creating POST, and sometimes repeats it after its reply. The repetition must have no effect and the same reply. */
	const create = async <T extends { id: string }>(path: string, body: unknown, own: string): Promise<Answer<T>> => {
		const first = await insist<T>(path, body, own);
		if (first.status === 0 || first.status >= 500 || first.status === 401 || !random.of(0.15)) return first;
		const second = await ask<T>("POST", path, body, { ...as, key: own });
		const isAnswered = second.status !== 0 && second.status !== 401; // a session may end between two attempts; created resources remain
		if (isAnswered && (second.status !== first.status || second.body.id !== first.body.id))
			find("same key, same answer", path, `${first.status} ${first.body.id}, then ${second.status} ${second.body.id}`);
		return first;
	};

	const opened = customer ? await ask<Cart>("GET", "/v1/me/cart", undefined, as) : await create<Cart>("/v1/carts", {}, key());
	if (opened.status === 401) await customer?.token(true);
	if (opened.status >= 300 || opened.status === 0) return;
	const { id: cartId } = opened.body;
	if (opened.body.status !== "active") return;
	const known = history.carts.find((cartRecord) => cartRecord.cartId === cartId);
	const cartRecord: CartRecord = known ?? { cartId, customer: customer?.email ?? null, lines: new Map(), attempts: [], promised: null };
	if (!known) history.carts.push(cartRecord);
	for (let count = random.int(1, 3); count > 0; count--) {
		const sku = random.of(0.3) ? random.pick(products.flash) : random.pick(products.plain);
		const quantity = random.int(1, 3);
		const range = cartRecord.lines.get(sku) ?? { min: 0, max: 0 };
		if (range.max + quantity > MAX_QUANTITY) continue;
		const { status } = await create<Cart>(`/v1/carts/${cartId}/lines`, { sku, quantity }, key());
		if (status === 201) range.min += quantity;
		if (status === 201 || status === 0) range.max += quantity;
		else if (status !== 409 && status !== 401) find("a line can be added", cartId, `${sku} was answered ${status}`);
		cartRecord.lines.set(sku, range);
	}
	const details = { ...DETAILS, email: customer?.email ?? `${name}@faults.example` };
	const filled = await ask<Cart>("PATCH", `/v1/carts/${cartId}`, details, as);
	if (filled.status !== 200) return;
	checkLines(find, cartRecord, filled.body);
	if (random.of(0.08)) return; // the shopper abandons the cart

	let paying = random.weighted(TOKENS);
	for (let tries = 0; tries < 3; tries++) {
		const own = key();
		const answer = await create<Order & { code?: string; orderToken?: string }>(
			`/v1/carts/${cartId}/checkout`,
			{ payment: { provider: "test", token: paying } },
			own,
		);
		const attempt: Attempt = {
			token: paying,
			key: own,
			told: {
				status: answer.status,
				code: answer.body.code ?? null,
				order: answer.status === 201 || answer.status === 202 ? answer.body : null,
			},
		};
		cartRecord.attempts.push(attempt);
		if (isAccepted(attempt)) {
			const order = attempt.told.order!;
			if (paying === "tok_requires_action" && order.status === "pending") {
				cartRecord.promised = random.of(0.8) ? "authorized" : "declined";
				webhooks.promise(order.payments[0]!.id, cartRecord.promised, random.fork("webhook"));
			}
			await lookAt(ask, find, attempt, random, as, history);
			return;
		}
		// Retries with another token, as a buyer would. After a decline the cart is active again.
		if (answer.status !== 402 || random.of(0.4)) return;
		paying = "tok_ok";
	}
};

type Find = (rule: string, subject: string, what: string) => void;

/** Checks that the cart has the replied quantities, each line once. */
const checkLines = (find: Find, { cartId, lines }: CartRecord, cart: Cart): void => {
	for (const [sku, { min, max }] of lines) {
		const quantity = cart.lines.filter((line) => line.sku === sku).reduce((sum, line) => sum + line.quantity, 0);
		if (quantity < min || quantity > max) find("a cart holds what was put in", cartId, `${quantity} of ${sku}, not ${min} to ${max}`);
	}
	for (const { sku } of cart.lines) if (!lines.has(sku)) find("a cart holds what was put in", cartId, `${sku} was never put in`);
};

/** Checks that only the owner can read the resource. */
const lookAt = async (
	ask: Client,
	find: Find,
	{ told }: Attempt,
	random: SeededRandom,
	as: { token: string | undefined },
	{ carts }: History,
): Promise<void> => {
	const order = told.order!;
	const path = `/v1/orders/${order.id}`;
	const mine = { ...as, ...(order.orderToken !== undefined && { headers: { "x-order-token": order.orderToken } }) };
	const read = await ask<Order>("GET", path, undefined, mine);
	if (read.status !== 0 && read.status !== 401 && (read.status !== 200 || read.body.total.amount !== order.total.amount))
		find(
			"I8 a 2xx answer is readable",
			order.id,
			`read as ${read.status}, total ${read.status === 200 ? read.body.total.amount : "none"} for ${order.total.amount}`,
		);
	if (!random.of(0.3)) return;
	const other = random.pick(carts).attempts.find((attempt) => isAccepted(attempt) && attempt.told.order!.id !== order.id)?.told.order;
	if (!other) return;
	const stranger = await ask("GET", `/v1/orders/${other.id}`, undefined, {
		headers: { "x-order-token": order.orderToken ?? "0".repeat(43) },
	});
	if (stranger.status === 200) find("I10 nobody sees another's data", other.id, "was shown to a stranger");
};
