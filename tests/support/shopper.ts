import { randomUUID } from "node:crypto";
import type { Cart } from "@services/carts/carts.contract";
import type { Order } from "@services/orders/orders.contract";
import { ADMIN, send, type Answer } from "../../bench/shop";

export { ADMIN };

type Headers = Readonly<Record<string, string>>;

/** A running program, in one process or many. */
export interface RunningShop {
	/** Base URL of the next request. */
	readonly url: string;
	/** The data folder. In a cluster it contains only mails. */
	readonly folder: string;
}

/** A response with its parsed body. */
export interface Reply<T> extends Omit<Answer, "body"> {
	readonly body: T;
	readonly text: string;
}

export interface Problem {
	readonly code: string;
	readonly requestId: string;
	readonly errors?: readonly { readonly path: string; readonly message: string; readonly [more: string]: unknown }[];
}

export interface Client {
	<T = Problem>(method: string, path: string, body?: unknown, headers?: Headers): Promise<Reply<T>>;
	as(token: string): Client;
}

const parsed = (text: string): unknown => {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
};

/** Makes an HTTP client. With several gateways, each request goes to the next one. */
export const client = (shop: Pick<RunningShop, "url">, always: Headers = {}): Client => {
	const ask = async <T>(method: string, path: string, body?: unknown, headers: Headers = {}): Promise<Reply<T>> => {
		const answer = await send(shop.url, method, path, body, { ...always, ...headers });
		return { ...answer, text: answer.body, body: parsed(answer.body) as T };
	};
	return Object.assign(ask, { as: (token: string) => client(shop, { ...always, authorization: `Bearer ${token}` }) });
};

export const ADDRESS = { name: "Ana Compradora", line1: "Calle Mayor 1", city: "Madrid", postalCode: "28001", country: "ES" };

export const login = async (api: Client, credentials: { email: string; password: string }): Promise<Client> => {
	const { body, status, text } = await api<{ accessToken: string }>("POST", "/v1/auth/login", credentials);
	if (status !== 200) throw new Error(`login answered ${status}: ${text}`);
	return api.as(body.accessToken);
};

export const admin = (api: Client): Promise<Client> => login(api, ADMIN);

/** Creates a product for sale with one variant and the given stock. @returns its SKU */
export const product = async (
	staff: Client,
	{
		stock = 10,
		price = 1_210,
		currency = "EUR",
		status = "active",
		requiresShipping = true,
	}: { stock?: number; price?: number; currency?: string; status?: string; requiresShipping?: boolean } = {},
): Promise<string> => {
	const sku = `T-${randomUUID().slice(0, 8).toUpperCase()}`;
	const csv = `Handle,Title,Variant SKU,Variant Price,Variant Inventory Qty,Variant Grams,Variant Requires Shipping,Status\n${sku.toLowerCase()},Thing ${sku},${sku},${(price / 100).toFixed(2)},${stock},500,${requiresShipping},${status}\n`;
	const report = await staff<{ products: { created: number } }>("POST", `/v1/admin/products/import?currency=${currency}`, csv, {
		"content-type": "text/csv",
	});
	if (report.status !== 200 || report.body.products.created !== 1)
		throw new Error(`the import answered ${report.status}: ${report.text}`);
	return sku;
};

export const cartWith = async (api: Client, ...lines: readonly (readonly [sku: string, quantity: number])[]): Promise<Cart> => {
	const made = await api<Cart>("POST", "/v1/carts", {});
	if (made.status !== 201) throw new Error(`a cart answered ${made.status}: ${made.text}`);
	let cart = made.body;
	for (const [sku, quantity] of lines) {
		const answer = await api<Cart>("POST", `/v1/carts/${cart.id}/lines`, { sku, quantity });
		if (answer.status !== 201) throw new Error(`a line answered ${answer.status}: ${answer.text}`);
		cart = answer.body;
	}
	return cart;
};

export const DETAILS = { email: "ana@example.com", shippingAddress: ADDRESS, shippingMethod: "standard" };

export const readyCart = async (
	api: Client,
	...lines: Parameters<typeof cartWith> extends [Client, ...infer Rest] ? Rest : never
): Promise<Cart> => {
	const { id } = await cartWith(api, ...lines);
	const answer = await api<Cart>("PATCH", `/v1/carts/${id}`, DETAILS);
	if (answer.status !== 200) throw new Error(`the details answered ${answer.status}: ${answer.text}`);
	return answer.body;
};

export const pay = (token: string) => ({ payment: { provider: "test", token } });

export type PlacedOrder = Order & { readonly orderToken: string };

export const checkout = (api: Client, cartId: string, token = "tok_ok", headers: Headers = {}) =>
	api<PlacedOrder & Problem>("POST", `/v1/carts/${cartId}/checkout`, pay(token), headers);

export const orderOf = async (api: Client, { id, orderToken }: PlacedOrder): Promise<Order> =>
	(await api<Order>("GET", `/v1/orders/${id}`, undefined, { "x-order-token": orderToken })).body;
