import { randomUUID } from "node:crypto";
import type { Cart } from "@services/carts/carts.contract";
import type { StockLevel } from "@services/inventory/inventory.contract";
import type { Order } from "@services/orders/orders.contract";
import type { Product } from "@services/products/products.contract";
import { admin, client, DETAILS, pay, product, type Client, type PlacedOrder, type RunningShop, type Reply } from "../support/shopper";
import { accountPromise, cartPromise, orderPromise, productPromise, stockPromise, type Promised, type Promises } from "./promises";

/** Promises and carts that the clients remember across runs of the program. */
export interface Memory {
	readonly promises: Promises;
	/** Paths of carts, oldest first. */
	readonly carts: string[];
}

type Promise_<T> = (body: T) => Promised | readonly Promised[];
/** Sends a request and remembers what the response promises if its status is 2xx. */
type Ask = <T>(api: Client, method: string, path: string, body: unknown, promised: Promise_<T>) => Promise<Reply<T>>;

const SHOPPERS = 16;
const SKUS = 4;
const TOKENS = ["tok_ok", "tok_ok", "tok_ok", "tok_declined", "tok_flaky"];

const askAndRemember =
	({ promises }: Memory): Ask =>
	async <T>(api: Client, method: string, path: string, body: unknown, promised: Promise_<T>) => {
		const requestId = randomUUID();
		const reply = await api<T>(method, path, body, { "x-request-id": requestId });
		if (reply.status >= 200 && reply.status < 300) promises.set(requestId, [promised(reply.body)].flat());
		return reply;
	};

const buy = async (ask: Ask, api: Client, carts: string[], skus: readonly string[], turn: number): Promise<void> => {
	const { status, body: cart } = await ask<Cart>(api, "POST", "/v1/carts", {}, cartPromise);
	if (status !== 201) return;
	const path = `/v1/carts/${cart.id}`;
	carts.push(path);
	for (const quantity of [1, 2])
		await ask<Cart>(api, "POST", `${path}/lines`, { sku: skus[(turn + quantity) % skus.length], quantity }, cartPromise);
	// The concurrent read must not show a change that is not durable yet.
	await Promise.all([ask<Cart>(api, "PATCH", path, DETAILS, cartPromise), ask<Cart>(api, "GET", path, undefined, cartPromise)]);
	await ask<PlacedOrder>(api, "POST", `${path}/checkout`, pay(TOKENS[turn % TOKENS.length]!), orderPromise);
};

const administer = async (ask: Ask, staff: Client, sku: string, productId: string, turn: number): Promise<void> => {
	await ask<StockLevel>(staff, "POST", `/v1/admin/stock/${sku}/adjustments`, { delta: 1, reason: "count" }, stockPromise);
	const title = `Thing ${String(turn).padStart(6, "0")}`;
	await ask<Product>(staff, "PATCH", `/v1/admin/products/${productId}`, { title }, productPromise);
	await ask<{ items: Order[] }>(staff, "GET", "/v1/admin/orders?limit=20", undefined, ({ items }) => items.map(orderPromise));
	const account = { email: `${randomUUID()}@example.com`, password: "plum-cactus-violin", name: "Ana" };
	await ask(staff, "POST", "/v1/auth/register", account, () => accountPromise(account.email));
};

/** Repeats the work until the program accepts no more connections. Other errors fail the test. */
const untilGone = async (work: (turn: number) => Promise<void>): Promise<void> => {
	for (let turn = 0; ; turn++) {
		try {
			await work(turn);
		} catch (cause) {
			if (["ECONNREFUSED", "ECONNRESET"].includes((cause as NodeJS.ErrnoException).code ?? "")) return;
			throw cause;
		}
	}
};

/** Runs shoppers and staff until the program has ended. */
export const shopUntilKilled = async (shop: RunningShop, memory: Memory): Promise<void> => {
	const api = client(shop);
	const ask = askAndRemember(memory);
	// The end of the program may have interrupted the last change of these carts.
	await Promise.all(memory.carts.slice(-2 * SHOPPERS).map((path) => ask<Cart>(api, "GET", path, undefined, cartPromise)));
	const staff = await admin(api);
	const skus: string[] = [];
	while (skus.length < SKUS) skus.push(await product(staff, { stock: 100_000 }));
	const counted = await product(staff, { stock: 1 });
	const { body } = await staff<{ items: Product[] }>("GET", `/v1/admin/products?q=${counted}`);
	const productId = body.items[0]!.id;
	await Promise.all([
		...Array.from({ length: SHOPPERS }, (_, shopper) => untilGone((turn) => buy(ask, api, memory.carts, skus, shopper + turn))),
		untilGone((turn) => administer(ask, staff, counted, productId, turn)),
	]);
};
