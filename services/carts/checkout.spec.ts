import type { Caller } from "@kernel/contract";
import { tryCall } from "@kernel/contract";
import { isRejection } from "@kernel/rejection";
import { admin, client, product, readyCart, type Client } from "@tests/support/shopper";
import { startFullProgram, type FullProgram } from "@tests/support/full-program";
import { Carts } from "./carts.contract";

const PAYMENT = { provider: "test", token: "tok_ok" };

let shop: FullProgram;
let api: Client;
let sku: string;
beforeAll(async () => {
	shop = await startFullProgram();
	api = client({ url: shop.url });
	sku = await product(await admin(api), { stock: 100 });
});
afterAll(() => shop.stop());

/** Requests under one key are of one seed; those without a key have none. */
const under = (seed: string | undefined): Caller => ({
	call: (name, params) => shop.broker.call(name, params, { meta: seed === undefined ? {} : { seed } }),
});
const begin = (cartId: string, seed: string | undefined) => tryCall(under(seed), Carts.beginCheckout, { cartId, payment: PAYMENT });

test("two identical concurrent requests start one checkout and both get it", async () => {
	const { id } = await readyCart(api, [sku, 1]);
	const begun = await Promise.all(Array.from({ length: 5 }, () => begin(id, "one")));
	expect(begun.filter(isRejection)).toEqual([]);
	expect(new Set(begun.map((purchase) => "orderId" in purchase && purchase.orderId)).size).toBe(1);
});

test.each([
	["one", "two"],
	[undefined, undefined],
])("a different concurrent request is rejected (keys %s, %s)", async (one, two) => {
	const { id } = await readyCart(api, [sku, 1]);
	const begun = await Promise.all([begin(id, one), begin(id, two)]);
	const refused = begun.flatMap((outcome) => (isRejection(outcome) ? [outcome.rejected] : []));
	expect(refused).toEqual(["CHECKOUT_IN_PROGRESS"]);
});
