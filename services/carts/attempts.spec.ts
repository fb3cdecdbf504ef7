import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GUEST, type Principal } from "@kernel/access";
import { isRejection } from "@kernel/rejection";
import { Actors } from "@mixins/actors/actor";
import { systemRequest, type Request } from "@mixins/service/request";
import type { Collection, Store } from "@mixins/store/port";
import { sqliteStore } from "@mixins/store/sqlite";
import type { Cart as View } from "./carts.contract";
import { carts } from "./carts.store";
import { checkoutActions } from "./checkout";
import { customerCarts } from "./customer-carts";
import { cart, type Cart, type CartEvent } from "./domain/cart";
import { cartActions } from "./cart-actions";
import type { CartsContext } from "./context";

const ANA: Principal = { kind: "user", id: "usr_ana", role: "customer" };
const ADDRESS = { name: "Ana", line1: "Calle Mayor 1", city: "Madrid", postalCode: "28001", country: "ES" };
const STANDARD = { id: "standard", name: "Standard", price: { amount: 490, currency: "EUR" }, minDays: 3, maxDays: 6 };
const OFFER = {
	...{ sku: "MUG-1", productId: "prod_1", variantId: "var_1", title: "Mug", variantTitle: "", imageUrl: null },
	...{ unitPrice: { amount: 1_000, currency: "EUR" }, weightGrams: 300, taxable: true, requiresShipping: true, forSale: true },
};
const PAYMENT = { provider: "test", token: "tok_ok" };

describe("two nodes that cache the same cart", () => {
	let folder: string;
	let store: Store;
	let collection: Collection<Cart, CartEvent>;
	let called: string[];
	let available: number;
	let options: unknown[];

	beforeEach(async () => {
		[called, available, options] = [[], 3, [STANDARD]];
		folder = mkdtempSync(join(tmpdir(), "tianguis-carts-"));
		store = sqliteStore(join(folder, "store.db"));
		collection = store.collection(carts);
		await store.open();
	});
	afterEach(async () => {
		await store.close();
		rmSync(folder, { recursive: true });
	});

	const answers: Record<string, () => unknown> = {
		"products.offers": () => [OFFER],
		"shipping.quote": () => options,
		"inventory.availability": () => ({ available }),
		"users.lookup": () => ({ email: "ana@example.com" }),
	};
	const caller = { call: (name: string) => (called.push(name), Promise.resolve(answers[name]!())) };
	const by = (principal: Principal, more: Partial<Request> = {}): Request => ({
		...systemRequest(caller, "test", 1),
		principal,
		...more,
	});
	/** The actions of one node, with its own cache. */
	const node = () => {
		const context: CartsContext = { collection, actors: new Actors(cart, collection, { exclusive: false, limits: { batch: 1 } }) };
		return { ...cartActions(context, "EUR"), ...checkoutActions(context), ...customerCarts(context, "EUR") };
	};
	type Node = ReturnType<typeof node>;
	const DETAILS = { email: "ana@example.com", shippingAddress: ADDRESS, shippingMethod: "standard" };
	/** A guest cart that is ready for checkout and cached on this node. */
	const readyCart = async (here: Node) => {
		const { id: cartId } = (await here.create({}, by(GUEST))) as View;
		const filled = (await here.addLine({ cartId, sku: "MUG-1", quantity: 1 }, by(GUEST))) as View;
		await here.update({ cartId, ...DETAILS }, by(GUEST));
		return { cartId, lineId: filled.lines[0]!.id };
	};
	const versions = async (cartId: string) => (await collection.history(cartId)).length;

	test.each<[string, (here: Node, cart: { cartId: string; lineId: string }, as: Request) => Promise<unknown>]>([
		["view", (here, { cartId }, as) => here.view({ cartId }, as)],
		["shipping options", (here, { cartId }, as) => here.shippingOptions({ cartId }, as)],
		["update", (here, { cartId }, as) => here.update({ cartId, note: "mine" }, as)],
		["add", (here, { cartId }, as) => here.addLine({ cartId, sku: "MUG-1", quantity: 1 }, as)],
		["change", (here, { cartId, lineId }, as) => here.changeLine({ cartId, lineId, quantity: 2 }, as)],
		["remove", (here, { cartId, lineId }, as) => here.removeLine({ cartId, lineId }, as)],
		["checkout", (here, { cartId }, as) => here.beginCheckout({ cartId, payment: PAYMENT }, as)],
	])("once a customer has claimed it elsewhere, it is the customer's alone: %s", async (_, act) => {
		const [here, there] = [node(), node()];
		const known = await readyCart(here);
		expect(isRejection(await there.claim({ cartId: known.cartId }, by(ANA)))).toBe(false);
		const before = await versions(known.cartId);
		expect(await act(here, known, by(GUEST))).toMatchObject({ rejected: "CART_NOT_FOUND" });
		expect(await act(here, known, by(GUEST, { expected: before - 1 }))).toMatchObject({ rejected: "CART_NOT_FOUND" });
		expect(await versions(known.cartId)).toBe(before);
		expect(isRejection(await act(here, known, by(ANA)))).toBe(false);
	});

	test("a rejection is never based on a stale cached state", async () => {
		const [here, there] = [node(), node()];
		const { cartId, lineId } = await readyCart(here);
		await here.changeLine({ cartId, lineId, quantity: 9 }, by(GUEST));
		await there.changeLine({ cartId, lineId, quantity: 2 }, by(GUEST));
		expect(await here.beginCheckout({ cartId, payment: PAYMENT }, by(GUEST))).toMatchObject({ lines: [{ quantity: 2 }] });
	});

	test("a rejection by the stored state makes no needless calls", async () => {
		const here = node();
		const { cartId } = await readyCart(here);
		[available, called] = [0, []];
		const before = await versions(cartId);
		expect(await here.beginCheckout({ cartId, payment: PAYMENT }, by(GUEST))).toMatchObject({
			rejected: "OUT_OF_STOCK",
			detail: { errors: [{ path: "/lines/0/quantity", sku: "MUG-1", available: 0 }] },
		});
		expect(called).toEqual(["inventory.availability"]);
		expect(await versions(cartId)).toBe(before);
	});

	test("an outdated If-Match is rejected without a further attempt", async () => {
		const [here, there] = [node(), node()];
		const { cartId } = await readyCart(here);
		const { version } = (await there.update({ cartId, note: "changed" }, by(GUEST))) as View;
		const begin = (expected: number) => here.beginCheckout({ cartId, payment: PAYMENT }, by(GUEST, { expected }));
		expect(await begin(version - 1)).toMatchObject({ rejected: "PRECONDITION_FAILED" });
		expect(await begin(version)).toMatchObject({ cartId, cartVersion: version });
	});

	test("a changed price is rejected once, and the cart is updated", async () => {
		const here = node();
		const { cartId } = await readyCart(here);
		answers["products.offers"] = () => [{ ...OFFER, unitPrice: { amount: 1_100, currency: "EUR" } }];
		try {
			const begin = () => here.beginCheckout({ cartId, payment: PAYMENT }, by(GUEST));
			expect(await begin()).toMatchObject({ rejected: "CART_CHANGED" });
			expect(await begin()).toMatchObject({ lines: [{ unitPrice: { amount: 1_100 } }] });
		} finally {
			answers["products.offers"] = () => [OFFER];
		}
	});

	test("a change of the details requests shipping rates once", async () => {
		const here = node();
		const { cartId } = await readyCart(here);
		called = [];
		expect(await here.update({ cartId, ...DETAILS, note: "please ring" }, by(GUEST))).toMatchObject({ shippingTotal: { amount: 490 } });
		expect(called).toEqual(["shipping.quote"]);
	});

	test("a shipping method that is no longer available must be selected again", async () => {
		const here = node();
		const { cartId } = await readyCart(here);
		options = [];
		expect(await here.beginCheckout({ cartId, payment: PAYMENT }, by(GUEST))).toMatchObject({
			rejected: "CART_INCOMPLETE",
			detail: { errors: [{ path: "/shippingMethod" }] },
		});
	});
});
