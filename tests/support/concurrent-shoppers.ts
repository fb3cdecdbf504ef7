import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Cart } from "@services/carts/carts.contract";
import { client, DETAILS, pay, type PlacedOrder, type RunningShop, type Problem, type Reply } from "./shopper";

type Headers = Readonly<Record<string, string>>;

export interface ConcurrentShoppers {
	/** Orders from checkouts with a 201 or 202 response. */
	readonly orders: readonly PlacedOrder[];
	/** Failures that no shopper should see: an error other than a 503 with Retry-After, a missing reply, a broken connection. */
	readonly failures: readonly string[];
	/** Sends a request as the shoppers do, until the reply does not ask for a retry. */
	ask<T>(method: string, path: string, body?: unknown, headers?: Headers): Promise<Reply<T & Problem>>;
	/** Fills a cart and buys it. */
	buy(): Promise<void>;
	/** Resolves when all shoppers have finished their journeys. */
	goHome(): Promise<void>;
}

/** Exceeds the longest time-out of a request. */
const HANGING_MS = 20_000;
const PATIENCE_MS = 90_000;
const MAX_WAIT_MS = 1_000;

/** Shoppers who browse, fill carts and buy repeatedly, and retry as a 503 asks. */
export const concurrentShoppers = (shop: Pick<RunningShop, "url">, skus: readonly string[], size: number): ConcurrentShoppers => {
	const api = client(shop);
	const orders: PlacedOrder[] = [];
	const failures: string[] = [];
	let over = false;
	let turn = 0;

	/** Delay before the request is repeated; undefined: the reply is final. */
	const again = ({ status, headers, body }: Reply<Problem>, what: string): number | undefined => {
		const after = Number(headers["retry-after"]);
		if (status === 503 && after > 0) return Math.min(MAX_WAIT_MS, after * 1_000);
		if (status === 409 && body.code === "IDEMPOTENCY_IN_PROGRESS") return MAX_WAIT_MS;
		if (status >= 500) failures.push(`${what} was answered ${status} ${body.code}`);
		return undefined;
	};

	const ask: ConcurrentShoppers["ask"] = async <T>(method: string, path: string, body?: unknown, headers: Headers = {}) => {
		const what = `${method} ${path}`;
		const key: Headers = method === "POST" ? { "idempotency-key": randomUUID() } : {};
		for (const deadline = performance.now() + PATIENCE_MS; ;) {
			const begun = performance.now();
			const answer = await api<T & Problem>(method, path, body, { ...key, ...headers });
			const tookMs = performance.now() - begun;
			if (tookMs > HANGING_MS) failures.push(`${what} took ${Math.round(tookMs)} ms`);
			const waitMs = again(answer, what);
			if (waitMs === undefined || performance.now() > deadline) return answer;
			await pause(waitMs);
		}
	};

	/** A request that must succeed unless the system has a failure. */
	const must: ConcurrentShoppers["ask"] = async <T>(method: string, path: string, body?: unknown) => {
		const answer = await ask<T>(method, path, body);
		if (answer.status >= 400) failures.push(`${method} ${path} was answered ${answer.status}: ${answer.text}`);
		return answer;
	};

	const buy = async (): Promise<void> => {
		await must("GET", "/v1/products?limit=5");
		const cart = (await must<Cart>("POST", "/v1/carts", {})).body;
		await must("POST", `/v1/carts/${cart.id}/lines`, { sku: skus[turn++ % skus.length]!, quantity: 1 });
		await must("PATCH", `/v1/carts/${cart.id}`, DETAILS);
		const { status, body, text } = await ask<PlacedOrder>("POST", `/v1/carts/${cart.id}/checkout`, pay("tok_ok"));
		if (status === 201 || status === 202) orders.push(body);
		else failures.push(`a checkout was answered ${status}: ${text}`);
	};

	const shopper = async (): Promise<void> => {
		while (!over) {
			try {
				await buy();
			} catch (cause) {
				failures.push(String(cause));
				await pause(100);
			}
		}
	};
	const all = Array.from({ length: size }, shopper);
	return {
		orders,
		failures,
		ask,
		buy,
		async goHome() {
			over = true;
			await Promise.all(all);
		},
	};
};
