import type { Content, ProductEvent } from "./model";
import { compose } from "./compose";
import { product } from "./product";
import { isRejection } from "@kernel/rejection";

const { change, remove } = product.commands;
const given = (...past: ProductEvent[]) => past.reduce(product.evolve, product.initial("prod_1"));

const mug = (title: string): Content => {
	const content = compose("prod_1", { title, variants: [{ sku: "MUG", price: { amount: 900, currency: "EUR" } }] }, null);
	if (isRejection(content)) throw new Error(content.rejected);
	return content;
};
const changed = (content: Content, at: number): ProductEvent => ({ type: "product.changed", productId: "prod_1", content, at });
const removed: ProductEvent = { type: "product.removed", productId: "prod_1", at: 9 };

describe("change", () => {
	test("creates the product", () => {
		expect(change({ content: mug("Mug"), at: 1 }, given())).toEqual([changed(mug("Mug"), 1)]);
	});

	test("to identical content records no event", () => {
		expect(change({ content: mug("Mug"), at: 2 }, given(changed(mug("Mug"), 1)))).toEqual([]);
	});

	test("keeps the time of creation", () => {
		expect(given(changed(mug("Mug"), 1), changed(mug("Cup"), 5))).toMatchObject({
			createdAt: 1,
			updatedAt: 5,
			content: { title: "Cup" },
		});
	});
});

describe("remove", () => {
	test("removes the product", () => {
		expect(remove({ at: 9 }, given(changed(mug("Mug"), 1)))).toEqual([removed]);
		expect(given(changed(mug("Mug"), 1), removed).content).toBeNull();
	});

	test("is rejected for a product that does not exist", () => {
		expect(remove({ at: 9 }, given())).toMatchObject({ rejected: "PRODUCT_NOT_FOUND" });
		expect(remove({ at: 10 }, given(changed(mug("Mug"), 1), removed))).toMatchObject({ rejected: "PRODUCT_NOT_FOUND" });
	});
});
