import { createHmac, randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Cart } from "@services/carts/carts.contract";
import type { Order } from "@services/orders/orders.contract";
import { eventually } from "@tests/support/world";
import { WEBHOOK_SECRET } from "../support/cluster";
import { readMails } from "../support/mail";
import {
	admin,
	cartWith,
	checkout,
	client,
	DETAILS,
	orderOf,
	pay,
	product,
	readyCart,
	type Client,
	type PlacedOrder,
	type RunningShop,
	type Problem,
} from "../support/shopper";

/** Journeys of a guest in a shop with automatic capture. */
export const guestJourneys = (shop: () => RunningShop): void => {
	let api: Client;
	let staff: Client;

	beforeAll(async () => {
		api = client(shop());
		staff = await admin(api);
	});

	const stockOf = async (sku: string) =>
		(await staff<{ onHand: number; reserved: number; allocated: number; available: number }>("GET", `/v1/admin/stock/${sku}`)).body;
	/** Waits until the provider's ledger of an order contains one of these sequences of entries. The ledger may lag behind. */
	const ledgerHolds = (order: PlacedOrder, sequences: readonly string[]) =>
		eventually(
			async () => {
				const path = `/v1/admin/payments/test/ledger?orderId=${order.id}&limit=100`;
				const { items } = (await staff<{ items: { kind: string }[] }>("GET", path)).body;
				return sequences.includes(items.map(({ kind }) => kind).join());
			},
			`the provider's ledger of the order holds ${sequences.join(" or ")}`,
		);
	const webhook = (body: unknown, { secret = WEBHOOK_SECRET, at = Date.now() }: { secret?: string; at?: number } = {}) => {
		const text = JSON.stringify(body);
		const t = Math.floor(at / 1_000);
		const v1 = createHmac("sha256", secret).update(`${t}.${text}`).digest("hex");
		return api<Problem & { status: string }>("POST", "/v1/payments/webhooks/test", text, { "test-signature": `t=${t},v1=${v1}` });
	};

	test("buys: cart, address, shipping, checkout, order, mail", async () => {
		const sku = await product(staff, { price: 1_210 });
		const cart = await cartWith(api, [sku, 2]);
		expect(cart).toMatchObject({
			status: "active",
			currency: "EUR",
			itemCount: 2,
			subtotal: { amount: 2_420 },
			email: null,
			shippingAddress: null,
			customerId: null,
		});
		const options = await api<{ items: { id: string; price: { amount: number } }[] }>("GET", `/v1/carts/${cart.id}/shipping-options`);
		expect(options.body.items.map(({ id }) => id)).toContain("standard");
		const ready = await api<Cart>("PATCH", `/v1/carts/${cart.id}`, DETAILS);
		expect(ready.body).toMatchObject({
			shippingTotal: { amount: 490 },
			taxIncluded: true,
			total: { amount: 2_910 },
			taxTotal: { amount: 505 },
		});

		const { status, headers, body: order } = await checkout(api, cart.id);
		expect(status).toBe(201);
		expect(headers["location"]).toBe(`/v1/orders/${order.id}`);
		expect(order).toMatchObject({
			status: "confirmed",
			paymentStatus: "captured",
			fulfilmentStatus: "unfulfilled",
			total: { amount: 2_910, currency: "EUR" },
			email: "ana@example.com",
		});
		expect(await orderOf(api, order)).toMatchObject({ id: order.id, number: order.number });
		expect((await api<Cart>("GET", `/v1/carts/${cart.id}`)).body.status).toBe("ordered");
		expect(await stockOf(sku)).toMatchObject({ onHand: 10, reserved: 0, allocated: 2, available: 8 });
		const mail = await eventually(
			() => readMails(join(shop().folder, "mail")).find(({ text }) => text.includes(order.number)),
			"the mail is written",
		);
		expect(mail.headers.get("to")).toEqual(["ana@example.com"]);
	});

	test("sees the shipping options page by page", async () => {
		const { id } = await cartWith(api, [await product(staff), 1]);
		interface Options {
			items: { id: string }[];
			nextCursor: string | null;
		}
		const page = async (query: string) => (await api<Options>("GET", `/v1/carts/${id}/shipping-options${query}`)).body;
		const all = (await page("")).items;
		const found: Options["items"] = [];
		for (let cursor = ""; ;) {
			const { items, nextCursor } = await page(`?limit=1${cursor}`);
			expect(items).toHaveLength(1);
			found.push(...items);
			if (nextCursor === null) break;
			cursor = `&cursor=${nextCursor}`;
		}
		expect(found).toEqual(all);
		for (const query of ["?limit=0", "?limit=101", "?cursor=x"])
			expect((await api("GET", `/v1/carts/${id}/shipping-options${query}`)).status).toBe(400);
	});

	test("sees neither the order without its token, nor another's", async () => {
		const [one, two] = await Promise.all(
			["a", "b"].map(async () => (await checkout(api, (await readyCart(api, [await product(staff), 1])).id)).body),
		);
		expect((await api("GET", `/v1/orders/${one!.id}`)).status).toBe(404);
		expect((await api("GET", `/v1/orders/${one!.id}`, undefined, { "x-order-token": two!.orderToken })).status).toBe(404);
	});

	test.each([
		["tok_declined", 402, "PAYMENT_DECLINED"],
		["tok_insufficient_funds", 402, "INSUFFICIENT_FUNDS"],
	])("%s: refused, the stock is free and the cart can be tried again", async (token, status, code) => {
		const sku = await product(staff);
		const cart = await readyCart(api, [sku, 3]);
		const refused = await checkout(api, cart.id, token);
		expect([refused.status, refused.body.code]).toEqual([status, code]);
		expect(await stockOf(sku)).toMatchObject({ reserved: 0, available: 10 });
		expect((await api<Cart>("GET", `/v1/carts/${cart.id}`)).body.status).toBe("active");
		const cancelled = await eventually(async () => {
			const { body } = await staff<{ items: Order[] }>("GET", "/v1/admin/orders?status=cancelled&limit=1");
			return body.items[0];
		}, "the list, which may be late, has it");
		expect(cancelled).toMatchObject({ status: "cancelled", cancelReason: "paymentDeclined", paymentStatus: "declined" });
		expect((await checkout(api, cart.id)).status).toBe(201);
	});

	test("tok_flaky: it works in the end, once", async () => {
		const { status, body } = await checkout(api, (await readyCart(api, [await product(staff), 1])).id, "tok_flaky");
		expect([status, body.paymentStatus]).toEqual([201, "captured"]);
	});

	test("tok_capture_fails: confirmed and authorized, captured a little later", async () => {
		const { status, body } = await checkout(api, (await readyCart(api, [await product(staff), 1])).id, "tok_capture_fails");
		expect([status, body.paymentStatus]).toEqual([201, "authorized"]);
		await eventually(async () => (await orderOf(api, body)).paymentStatus === "captured", "the capture", 30_000);
	}, 40_000);

	test("tok_timeout: pending, and confirmed by itself", async () => {
		const { status, body } = await checkout(api, (await readyCart(api, [await product(staff), 1])).id, "tok_timeout");
		expect([status, body.status, body.paymentStatus]).toEqual([202, "pending", "unknown"]);
		await eventually(async () => (await orderOf(api, body)).status === "confirmed", "the confirmation", 30_000);
	}, 40_000);

	describe("tok_requires_action", () => {
		const pending = async (): Promise<{ cart: Cart; order: PlacedOrder; paymentId: string }> => {
			const cart = await readyCart(api, [await product(staff), 1]);
			const { status, body } = await checkout(api, cart.id, "tok_requires_action");
			expect([status, body.status]).toEqual([202, "pending"]);
			expect(body.payments[0]).toHaveProperty("nextAction");
			expect((await api<Cart>("GET", `/v1/carts/${cart.id}`)).body.status).toBe("checkingOut");
			return { cart, order: body, paymentId: body.payments[0]!.id };
		};

		test("authorized by a webhook, which may come twice", async () => {
			const { order, paymentId } = await pending();
			const message = { id: randomUUID(), type: "payment.authorized", data: { paymentId } };
			expect((await webhook(message)).status).toBe(200);
			await eventually(async () => (await orderOf(api, order)).paymentStatus === "captured", "the order is paid");
			expect((await webhook(message)).status).toBe(200);
			await ledgerHolds(order, ["authorize,capture"]);
		});

		test("declined by a webhook: cancelled, and the cart is free", async () => {
			const { cart, order, paymentId } = await pending();
			expect((await webhook({ id: randomUUID(), type: "payment.declined", data: { paymentId } })).status).toBe(200);
			await eventually(async () => (await orderOf(api, order)).status === "cancelled", "the order is cancelled");
			expect((await api<Cart>("GET", `/v1/carts/${cart.id}`)).body.status).toBe("active");
		});

		test("authorized and declined at once: one of them counts, and no money stays set aside for nothing", async () => {
			for (let round = 0; round < 3; round++) {
				const { order, paymentId } = await pending();
				const told = (type: string) => webhook({ id: randomUUID(), type, data: { paymentId } });
				const answers = await Promise.all([told("payment.authorized"), told("payment.declined")]);
				expect(answers.map(({ status }) => status)).toEqual([200, 200]);
				const settled = await eventually(async () => {
					const { status, paymentStatus } = await orderOf(api, order);
					return status === "cancelled" || paymentStatus === "captured" ? status : undefined;
				}, "the order is settled");
				const right = settled === "confirmed" ? ["authorize,capture"] : ["", "authorize,void"];
				await ledgerHolds(order, right);
			}
		});

		test("a webhook that is not the provider's changes nothing", async () => {
			const { order, paymentId } = await pending();
			const message = { id: randomUUID(), type: "payment.authorized", data: { paymentId } };
			expect((await webhook(message, { secret: "another" })).status).toBe(401);
			expect((await webhook(message, { at: Date.now() - 301_000 })).status).toBe(401);
			expect((await webhook({ ...message, data: { paymentId: "pay_unknown" } })).status).toBe(404);
			expect((await api("POST", "/v1/payments/webhooks/nobody", "{}")).status).toBe(404);
			expect((await orderOf(api, order)).status).toBe("pending");
		});
	});

	describe("is refused with a code of its own", () => {
		const refusal = async (asked: Promise<{ status: number; body: unknown }>) => {
			const { status, body } = await asked;
			return [status, (body as Problem).code];
		};

		test("what does not exist, is not for sale, or is priced otherwise", async () => {
			const { id } = await cartWith(api);
			const line = (sku: string) => refusal(api("POST", `/v1/carts/${id}/lines`, { sku, quantity: 1 }));
			expect(await line("NO-SUCH-SKU")).toEqual([404, "SKU_NOT_FOUND"]);
			expect(await line(await product(staff, { status: "draft" }))).toEqual([409, "NOT_FOR_SALE"]);
			expect(await line(await product(staff, { currency: "USD" }))).toEqual([409, "CURRENCY_MISMATCH"]);
		});

		test("an empty cart, one that lacks something, one that is ordered", async () => {
			const empty = await cartWith(api);
			expect(await refusal(checkout(api, empty.id))).toEqual([409, "CART_EMPTY"]);
			const bare = await cartWith(api, [await product(staff), 1]);
			const incomplete = await checkout(api, bare.id);
			expect(incomplete.body.code).toBe("CART_INCOMPLETE");
			expect(incomplete.body.errors?.map(({ path }) => path)).toEqual(["/email", "/shippingAddress", "/shippingMethod"]);
			const cart = await readyCart(api, [await product(staff), 1]);
			await checkout(api, cart.id);
			expect(await refusal(checkout(api, cart.id))).toEqual([409, "CART_ALREADY_ORDERED"]);
			expect(await refusal(api("PATCH", `/v1/carts/${cart.id}`, { note: "x" }))).toEqual([409, "CART_ALREADY_ORDERED"]);
		});

		test("more than there is", async () => {
			const sku = await product(staff, { stock: 2 });
			const { status, body } = await checkout(api, (await readyCart(api, [sku, 3])).id);
			expect([status, body.code, body.errors?.[0]]).toEqual([409, "OUT_OF_STOCK", expect.objectContaining({ sku, available: 2 })]);
		});

		test("an id that cannot be one, as any other that nobody has", async () => {
			for (const id of ["x", "ord_1", "cart_%00", `cart_${"a".repeat(300)}`]) {
				expect(await refusal(api("GET", `/v1/carts/${id}`))).toEqual([404, "CART_NOT_FOUND"]);
				expect(await refusal(checkout(api, id))).toEqual([404, "CART_NOT_FOUND"]);
			}
			const { id } = await cartWith(api);
			expect(await refusal(api("PATCH", `/v1/carts/${id}/lines/x`, { quantity: 1 }))).toEqual([404, "LINE_NOT_FOUND"]);
		});

		test("an address that lacks something, by the path of each thing", async () => {
			const { id } = await cartWith(api);
			const { body } = await api("PATCH", `/v1/carts/${id}`, { shippingAddress: { name: "Ana", country: "es" } });
			expect(body.errors?.map(({ path }) => path).sort()).toEqual([
				"/shippingAddress/city",
				"/shippingAddress/country",
				"/shippingAddress/line1",
			]);
		});

		test("a checkout of a cart that the buyer has not seen as it is", async () => {
			const { id } = await readyCart(api, [await product(staff), 1]);
			const stale = await checkout(api, id, "tok_ok", { "if-match": '"1"' });
			expect([stale.status, stale.body.code]).toEqual([412, "PRECONDITION_FAILED"]);
			const { headers } = await api<Cart>("GET", `/v1/carts/${id}`);
			expect((await checkout(api, id, "tok_ok", { "if-match": String(headers["etag"]) })).status).toBe(201);
		});

		test("more than can be charged", async () => {
			const sku = await product(staff, { price: 1e12 });
			const { id } = await cartWith(api);
			expect(await refusal(api("POST", `/v1/carts/${id}/lines`, { sku, quantity: 9_999 }))).toEqual([400, "VALIDATION_FAILED"]);
			expect((await api<Cart>("GET", `/v1/carts/${id}`)).body.itemCount).toBe(0);
		});

		test("a shipping method that is none, before there is anything to ship too", async () => {
			const { id } = await cartWith(api);
			const choose = (shippingMethod: string) => api("PATCH", `/v1/carts/${id}`, { shippingMethod });
			expect(await refusal(choose("nonsense"))).toEqual([400, "VALIDATION_FAILED"]);
			expect((await choose("standard")).status).toBe(200);
		});

		test("a token or provider that is none", async () => {
			const { id } = await readyCart(api, [await product(staff), 1]);
			expect(await refusal(checkout(api, id, "tok_nonsense"))).toEqual([400, "VALIDATION_FAILED"]);
			expect(await refusal(api("POST", `/v1/carts/${id}/checkout`, { payment: { provider: "nobody", token: "tok_ok" } }))).toEqual([
				400,
				"VALIDATION_FAILED",
			]);
		});

		test("a price that changed after it was shown: shown first, then bought", async () => {
			const sku = await product(staff, { price: 1_000 });
			const cart = await readyCart(api, [sku, 1]);
			const { items } = (await staff<{ items: { id: string; variants: { sku: string }[] }[] }>("GET", `/v1/admin/products?q=${sku}`))
				.body;
			const [found] = items;
			await staff("PATCH", `/v1/admin/products/${found!.id}`, { variants: [{ sku, price: { amount: 1_500, currency: "EUR" } }] });
			expect(await refusal(checkout(api, cart.id))).toEqual([409, "CART_CHANGED"]);
			expect((await api<Cart>("GET", `/v1/carts/${cart.id}`)).body.subtotal.amount).toBe(1_500);
			expect((await checkout(api, cart.id)).status).toBe(201);
		});
	});

	test("buys what needs no parcel: an e-mail address is enough, and it is delivered by being paid for", async () => {
		const sku = await product(staff, { requiresShipping: false });
		const { id } = await cartWith(api, [sku, 2]);
		expect((await api<{ items: unknown[] }>("GET", `/v1/carts/${id}/shipping-options`)).body.items).toEqual([]);
		expect((await checkout(api, id)).body.errors?.map(({ path }) => path)).toEqual(["/email"]);
		await api("PATCH", `/v1/carts/${id}`, { email: "ana@example.com" });
		const { status, body } = await checkout(api, id);
		expect([status, body.status]).toEqual([201, "confirmed"]);
		const done = await eventually(async () => {
			const order = await orderOf(api, body);
			return order.status === "completed" ? order : undefined;
		}, "the order is completed");
		expect(done).toMatchObject({ paymentStatus: "captured", fulfilmentStatus: "delivered", shipments: [] });
		await eventually(async () => (await stockOf(sku)).onHand === 8, "the stock has left");
		expect(await stockOf(sku)).toMatchObject({ onHand: 8, reserved: 0, allocated: 0, available: 8 });
	});

	test("buys what costs nothing", async () => {
		const sku = await product(staff, { price: 0, requiresShipping: false });
		const { id } = await cartWith(api, [sku, 1]);
		await api("PATCH", `/v1/carts/${id}`, { email: "ana@example.com" });
		const { status, body } = await checkout(api, id);
		expect([status, body.paymentStatus, body.total.amount]).toEqual([201, "captured", 0]);
		await eventually(async () => (await orderOf(api, body)).status === "completed", "the order is completed");
	});

	test("checks a cart out five times at once: one order", async () => {
		const cart = await readyCart(api, [await product(staff), 1]);
		const answers = await Promise.all(Array.from({ length: 5 }, () => checkout(api, cart.id)));
		expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
		for (const { status, body } of answers)
			if (status !== 201) expect(["CHECKOUT_IN_PROGRESS", "CART_ALREADY_ORDERED"]).toContain(body.code);
	});

	test("the same Idempotency-Key is answered the same, another body is refused", async () => {
		const cart = await readyCart(api, [await product(staff), 1]);
		const key = { "idempotency-key": randomUUID() };
		const [first, second] = [await checkout(api, cart.id, "tok_ok", key), await checkout(api, cart.id, "tok_ok", key)];
		expect([first.status, second.status]).toEqual([201, 201]);
		expect(second.text).toBe(first.text);
		expect((await api("POST", `/v1/carts/${cart.id}/checkout`, pay("tok_flaky"), key)).body.code).toBe("IDEMPOTENCY_KEY_REUSED");
	});

	test("forty buyers at once for seven units: seven orders", async () => {
		const sku = await product(staff, { stock: 7 });
		const carts = await Promise.all(Array.from({ length: 40 }, () => readyCart(api, [sku, 1])));
		const answers = await Promise.all(carts.map(({ id }) => checkout(api, id)));
		expect(answers.filter(({ status }) => status === 201)).toHaveLength(7);
		expect(answers.filter(({ status, body }) => status === 409 && body.code === "OUT_OF_STOCK")).toHaveLength(33);
		expect(await stockOf(sku)).toMatchObject({ onHand: 7, reserved: 0, allocated: 7, available: 0 });
	});
};
