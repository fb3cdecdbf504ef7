import { derivedId, randomId } from "./ids";

const AT = Date.UTC(2026, 10, 30, 12);
const DAY_MS = 86_400_000;

describe("a random id", () => {
	test("consists of the time and 128 random bits in hexadecimal digits", () => {
		const id = randomId("cart", AT);
		expect(id).toMatch(/^cart_[0-9a-f]{44}$/);
		expect(Number.parseInt(id.slice(5, 17), 16)).toBe(AT);
	});

	test("is unique, and each random digit takes all 16 values", () => {
		const ids = Array.from({ length: 20_000 }, () => randomId("cart", AT).slice(17));
		expect(new Set(ids).size).toBe(ids.length);
		for (let digit = 0; digit < 32; digit++) expect(new Set(ids.map((id) => id[digit])).size).toBe(16);
	});

	test("sorts by time", () => {
		const times = [0, 1, AT, AT + 1, AT + DAY_MS, Date.UTC(2525, 0, 1)];
		const ids = times.map((at) => randomId("ord", at));
		expect([...ids].reverse().sort()).toEqual(ids);
	});
});

describe("a derived id", () => {
	const cart = randomId("cart", AT);

	test("is equal for equal parts and differs for other parts", () => {
		expect(derivedId("line", cart, "A")).toBe(derivedId("line", cart, "A"));
		const others = [derivedId("line", cart, "B"), derivedId("line", cart), derivedId("line", randomId("cart", AT), "A")];
		expect(new Set([...others, derivedId("line", cart, "A")]).size).toBe(4);
	});

	test("inherits the time of its first part and adds 128 bits of the hash", () => {
		const order = derivedId("ord", cart, 3);
		expect(order).toMatch(/^ord_[0-9a-f]{44}$/);
		expect(order.slice(4, 16)).toBe(cart.slice(5, 17));
		expect(order.slice(16)).not.toBe(cart.slice(17));
		const payment = derivedId("pay", order);
		expect(payment.slice(4, 16)).toBe(cart.slice(5, 17));
		expect(derivedId("ntf", `order:${order}:3:0`, "order-confirmation").slice(4, 16)).toBe(cart.slice(5, 17));
		expect(derivedId("evt", `${payment}:authorize`).slice(4, 16)).toBe(cart.slice(5, 17));
	});

	const old = (prefix: string): string => `${prefix}_0123456789abcdef0123456789abcdef`;
	test.each([
		[["pay", old("ord")], "pay_17f1977e3087d4e880b543d824d0d52d"],
		[["line", old("cart"), "SKU-1"], "line_b8a3f0c2f18241ead563ee415defbf25"],
		[["ord", old("cart"), 7], "ord_01135639c323eacf9d687460ff284bbe"],
		[["ntf", `order:${old("ord")}:3:0`, "order-confirmation"], "ntf_6c9589a590451c2689c36540a145a305"],
		[["evt", `${old("pay")}:authorize`], "evt_e7e60e4b7326e6ba0bed1fdc12362859"],
		[["var", old("prod"), "SKU", 1], "var_24981463cbb95709c7db4b36ddd27ae6"],
		[["cart", "f".repeat(64)], "cart_fb2a1dc57aacb26b3557e96371a4d456"],
		[["cat", "Home", "Kitchen"], "cat_77398a1b734b9e9602834047988b653f"],
	] as const)("from parts without a time keeps the format of older versions: %j", ([prefix, ...parts], id) => {
		expect(derivedId(prefix, ...parts)).toBe(id);
	});
});
