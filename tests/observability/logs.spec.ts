import { openLog } from "@config/log";
import { PERSONAL_NAMES } from "../../services";
import { ADMIN } from "../../bench/shop";
import { ADDRESS, admin, checkout, client, product, readyCart } from "../support/shopper";
import { startFullProgram } from "../support/full-program";
import { collector } from "./collector";

const PASSWORD = "an unusual sentence of 1847 words";
const EMAIL = "log.reader@example.com";

type Line = Readonly<Record<string, unknown>> & { readonly level: string; readonly msg: string };

test("a purchase at LOG_LEVEL=trace leaves nothing personal or secret in the logs, and says what an operator needs", async () => {
	const written: string[] = [];
	const log = openLog("trace", PERSONAL_NAMES, { write: (line) => void written.push(line) });
	const zipkin = await collector();
	const shop = await startFullProgram({ LOG_LEVEL: "trace", ZIPKIN_URL: zipkin.url }, log);
	let secrets: string[];
	let orderId: string;
	try {
		const api = client(shop);
		const staff = await admin(api);
		const sku = await product(staff, { stock: 10 });
		expect((await api("POST", "/v1/auth/register", { email: EMAIL, password: PASSWORD, name: "Log Reader" })).status).toBe(202);
		const login = await api<{ accessToken: string; refreshToken: string }>("POST", "/v1/auth/login", {
			email: EMAIL,
			password: PASSWORD,
		});
		await api("POST", "/v1/auth/login", { email: EMAIL, password: "not my password" });
		const cart = await readyCart(api, [sku, 1]);
		await api("PATCH", `/v1/carts/${cart.id}`, { email: EMAIL, note: "ring twice, the dog is called Toby" });
		const { status, body } = await checkout(api, cart.id, "tok_ok", { "x-request-id": "the-purchase" });
		expect(status).toBe(201);
		orderId = body.id;
		await api("GET", `/v1/orders/${body.id}`, undefined, { "x-order-token": body.orderToken });
		await staff("GET", `/v1/admin/orders?email=${encodeURIComponent(EMAIL)}`);
		await shop.relay.drained();
		secrets = [
			EMAIL,
			encodeURIComponent(EMAIL),
			PASSWORD,
			"not my password",
			"Log Reader",
			login.body.accessToken,
			login.body.refreshToken,
			cart.id,
			body.orderToken,
			"tok_ok",
			"Toby",
			ADDRESS.name,
			ADDRESS.line1,
			ADDRESS.postalCode,
			ADMIN.email,
			ADMIN.password,
			shop.runtime.secret,
		];
	} finally {
		await shop.stop();
		await zipkin.stop();
	}
	const text = written.join("");
	for (const secret of secrets) expect(text).not.toContain(secret);
	expect(written.length).toBeGreaterThan(100);

	const lines = written.map((line) => JSON.parse(line) as Line);
	const bought = lines.find(({ msg, requestId }) => msg === "request" && requestId === "the-purchase");
	expect(bought).toMatchObject({
		level: "info",
		node: shop.broker.nodeID,
		service: "gateway",
		route: "POST /v1/carts/:cartId/checkout",
		status: 201,
		orderId,
		traceId: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
	});
	const read = lines.find(({ msg, route }) => msg === "request" && route === "GET /v1/orders/:id");
	expect(read).toMatchObject({ level: "debug", orderId });
}, 60_000);

test("the marks of all contracts are heeded", () => {
	expect([...PERSONAL_NAMES]).toEqual(expect.arrayContaining(["email", "name", "line1", "line2", "city", "postalCode", "phone", "note"]));
	expect([...PERSONAL_NAMES]).not.toContain("id");
});
