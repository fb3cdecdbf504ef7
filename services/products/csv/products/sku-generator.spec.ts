import fc from "fast-check";
import { makeSku } from "./sku-generator";

const free = () => false;

test.each([
	["clay-pot", [], "CLAY-POT"],
	["clay-pot", ["Large"], "CLAY-POT--LARGE"],
	["tee", ["Dark Blue", "XL / Tall"], "TEE--DARK-BLUE--XL-TALL"],
	["jarra", ["Café"], "JARRA--CAFE"],
])("%s %j is %s", (handle, values, sku) => {
	expect(makeSku(handle, values, free)).toBe(sku);
});

test("values of another script are distinguished by a hash", () => {
	const [red, blue] = [makeSku("tee", ["赤"], free), makeSku("tee", ["青"], free)];
	expect(red).toMatch(/^TEE-[0-9A-F]{8}$/);
	expect(red).not.toBe(blue);
});

test("if the SKU is taken, another one is generated", () => {
	const taken = new Set(["TEE--RED"]);
	const first = makeSku("tee", ["Red!"], (sku) => taken.has(sku));
	expect(first).toMatch(/^TEE--RED-[0-9A-F]{8}$/);
	taken.add(first);
	expect(taken.has(makeSku("tee", ["Red!"], (sku) => taken.has(sku)))).toBe(false);
});

const handle = fc.stringMatching(/^[a-c][a-c_-]{0,60}$/);
const values = fc.array(fc.oneof(fc.string({ minLength: 1, maxLength: 40 }), fc.constantFrom("a", "b-c", "b c", "ñ")), { maxLength: 3 });

test("a SKU has 1 to 64 letters, digits and dashes and is deterministic", () => {
	fc.assert(
		fc.property(handle, values, (product, chosen) => {
			const sku = makeSku(product, chosen, free);
			expect(sku).toMatch(/^[A-Z0-9](?:[A-Z0-9-]{0,62}[A-Z0-9])?$/);
			expect(makeSku(product, chosen, free)).toBe(sku);
		}),
	);
});

test("two products never get the same SKU", () => {
	fc.assert(
		fc.property(handle, values, handle, values, (a, chosenOfA, b, chosenOfB) => {
			fc.pre(a !== b);
			expect(makeSku(a, chosenOfA, free)).not.toBe(makeSku(b, chosenOfB, free));
		}),
		{ numRuns: 2_000 },
	);
	expect(makeSku("a", ["b-c"], free)).not.toBe(makeSku("a-b", ["c"], free));
	expect(makeSku("a", ["b"], free)).not.toBe(makeSku("a-b", [], free));
	expect(makeSku("a_b", [], free)).not.toBe(makeSku("a-b", [], free));
});
