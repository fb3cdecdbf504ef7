import { randomUUID } from "node:crypto";
import type { Cart } from "@services/carts/carts.contract";
import type { Order } from "@services/orders/orders.contract";
import { admin, cartWith, checkout, client, DETAILS, login, product, type Client, type RunningShop } from "../support/shopper";
import { eventually } from "../support/world";

/** Journeys of a customer with an account. */
export const customerJourneys = (shop: () => RunningShop): void => {
	let api: Client;
	let sku: string;

	beforeAll(async () => {
		api = client(shop());
		sku = await product(await admin(api), { stock: 100 });
	});

	const customer = async (): Promise<{ as: Client; email: string }> => {
		const credentials = { email: `c-${randomUUID()}@example.com`, password: "plum-cactus-violin" };
		const { status } = await api("POST", "/v1/auth/register", { ...credentials, name: "Ana López" });
		expect(status).toBe(202);
		return { as: await login(api, credentials), email: credentials.email };
	};

	test("registers and logs in at once; a second try to register tells nothing", async () => {
		const { as, email } = await customer();
		expect((await as<{ email: string }>("GET", "/v1/me")).body).toMatchObject({ email, role: "customer", emailVerified: false });
		expect((await api("POST", "/v1/auth/register", { email, password: "another-long-word", name: "Eve" })).status).toBe(202);
		const refused = await api("POST", "/v1/auth/login", { email, password: "another-long-word" });
		expect([refused.status, refused.body.code]).toEqual([401, "INVALID_CREDENTIALS"]);
	});

	test("claims the cart that was filled before: merged with the one that stood there, and nobody else's any more", async () => {
		const { as } = await customer();
		const mine = (await as<Cart>("GET", "/v1/me/cart")).body;
		await as("POST", `/v1/carts/${mine.id}/lines`, { sku, quantity: 1 });
		const { id } = await cartWith(api, [sku, 2]);
		const claimed = await as<Cart>("POST", `/v1/carts/${id}/claim`);
		expect(claimed.status).toBe(200);
		expect(claimed.body.lines).toMatchObject([{ sku, quantity: 3 }]);
		expect((await as<Cart>("GET", "/v1/me/cart")).body).toMatchObject({ id: claimed.body.id, itemCount: 3 });
		expect((await api("GET", `/v1/carts/${claimed.body.id}`)).status).toBe(404);
	});

	test("buys, and finds the order among the others, where nobody else does", async () => {
		const { as, email } = await customer();
		const { id } = (await as<Cart>("GET", "/v1/me/cart")).body;
		await as("POST", `/v1/carts/${id}/lines`, { sku, quantity: 1 });
		await as("PATCH", `/v1/carts/${id}`, DETAILS);
		const bought = await checkout(as, id);
		expect([bought.status, bought.body.status, bought.body.orderToken]).toEqual([201, "confirmed", undefined]);
		const mine = await eventually(async () => {
			const { items } = (await as<{ items: Order[] }>("GET", "/v1/me/orders")).body;
			return items.length > 0 && items;
		}, "the list, which may be late, has it");
		expect(mine.map((order) => order.id)).toEqual([bought.body.id]);
		expect((await as<Order>("GET", `/v1/orders/${bought.body.id}`)).status).toBe(200);
		expect((await (await customer()).as("GET", `/v1/orders/${bought.body.id}`)).status).toBe(404);
		expect((await as<Cart>("GET", "/v1/me/cart")).body.id).not.toBe(id);
		expect(email).toContain("@");
	});

	test("a session goes on with its refresh token, once each, and ends with it", async () => {
		const credentials = { email: `c-${randomUUID()}@example.com`, password: "plum-cactus-violin" };
		await api("POST", "/v1/auth/register", { ...credentials, name: "Ana López" });
		interface Tokens {
			readonly accessToken: string;
			readonly refreshToken: string;
		}
		const first = (await api<Tokens>("POST", "/v1/auth/login", credentials)).body;
		const second = await api<Tokens>("POST", "/v1/auth/refresh", { refreshToken: first.refreshToken });
		expect(second.status).toBe(200);
		expect((await api.as(second.body.accessToken)("GET", "/v1/me")).status).toBe(200);
		expect((await api("POST", "/v1/auth/logout", { refreshToken: second.body.refreshToken })).status).toBe(204);
		expect((await api("POST", "/v1/auth/refresh", { refreshToken: second.body.refreshToken })).status).toBe(401);
	});
};
