import fc from "fast-check";
import { stored } from "@tests/support/products";
import type { ExistingProduct } from "../views";
import { entryOf, type Entry } from "./entry";
import { sortedList } from "./sorted-list";
import { compareEntries, ORDERS, positionOf } from "./sort-orders";

const entries = Array.from({ length: 40 }, (_, n): Entry => {
	const product = stored(`prod_${n}`, { title: `P${n}`, variants: [{ sku: `S${n}`, price: { amount: n % 7, currency: "EUR" } }] });
	return entryOf(product as ExistingProduct, 1, "EUR", () => false);
});

test("contains the added entries that were not removed, in order, for any block size", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.nat({ max: 39 }), { maxLength: 120 }),
			fc.integer({ min: 2, max: 5 }),
			fc.nat(45),
			fc.nat(45),
			async (toggles, maxBlock, start, end) => {
				const list = sortedList(ORDERS.price, maxBlock);
				const held = new Set<Entry>();
				await list.fill(entries.slice(0, 10));
				for (const entry of entries.slice(0, 10)) held.add(entry);
				for (const n of toggles) {
					const entry = entries[n]!;
					if (held.delete(entry)) list.remove(entry);
					else {
						held.add(entry);
						list.add(entry);
					}
				}
				const expected = [...held].sort(compareEntries(ORDERS.price));
				expect(list.all()).toEqual(expected);
				expect(list.length).toBe(expected.length);
				expect(list.slice(start, end)).toEqual(expected.slice(start, end));
				for (const each of entries) {
					const before = expected.filter((other) => compareEntries(ORDERS.price)(other, each) <= 0).length;
					expect(list.upTo(positionOf(ORDERS.price, each))).toBe(before);
				}
			},
		),
	);
});

test("removing an entry that is not in the list throws", () => {
	expect(() => sortedList(ORDERS.price).remove(entries[0]!)).toThrow();
});
