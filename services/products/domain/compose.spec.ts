import fc from "fast-check";
import { isRejection } from "@kernel/rejection";
import { compose } from "./compose";
import { derivedTitle, optionsOf, type Content } from "./model";
import type { Proposal, ProposedVariant } from "./proposal";

const EUR = (amount: number) => ({ amount, currency: "EUR" });
const variant = (sku: string, options: Record<string, string> = {}, more: Partial<ProposedVariant> = {}): ProposedVariant => ({
	sku,
	options,
	price: EUR(1_000),
	...more,
});
const shirt = (...variants: ProposedVariant[]): Proposal => ({ title: "Shirt", variants });

const made = (proposal: Proposal, standing: Content | null = null): Content => {
	const content = compose("prod_1", proposal, standing);
	if (isRejection(content)) throw new Error(JSON.stringify(content));
	return content;
};
const refused = (proposal: Proposal, standing: Content | null = null) => {
	const content = compose("prod_1", proposal, standing);
	if (!isRejection(content)) throw new Error("it was not refused");
	const errors = content.detail?.["errors"] as { path: string }[];
	return { code: content.rejected, paths: errors.map(({ path }) => path) };
};

describe("options", () => {
	test("that are not proposed are derived from the variants in order of first appearance", () => {
		const { options } = made(
			shirt(
				variant("A", { Size: "M", Color: "Red" }),
				variant("B", { Size: "S", Color: "Red" }),
				variant("C", { Size: "M", Color: "Blue" }),
			),
		);
		expect(options).toEqual([
			{ name: "Size", values: ["M", "S"] },
			{ name: "Color", values: ["Red", "Blue"] },
		]);
	});

	test("keep their current order unless another one is proposed", () => {
		const standing = made({
			...shirt(variant("A", { Size: "M" }), variant("B", { Size: "S" })),
			options: [{ name: "Size", values: ["S", "M", "L"] }],
		});
		const after = made({ variants: [variant("A", { Size: "M" }), variant("C", { Size: "XL" })] }, standing);
		expect(after.options).toEqual([{ name: "Size", values: ["M", "L", "XL"] }]); // S was used by a variant and no longer is
	});

	test("must be those of every variant", () => {
		expect(refused(shirt(variant("A", { Size: "M" }), variant("B", { Color: "Red" })))).toEqual({
			code: "VALIDATION_FAILED",
			paths: ["/variants/0/options/Color", "/variants/1/options/Size"],
		});
		expect(refused({ ...shirt(variant("A", { Size: "M" })), options: [{ name: "Size", values: ["S"] }] }).paths).toEqual([
			"/variants/0/options/Size",
		]);
	});

	test("must distinguish the variants", () => {
		expect(refused(shirt(variant("A", { Size: "M" }), variant("B", { Size: "M" })))).toEqual({
			code: "VALIDATION_FAILED",
			paths: ["/variants/1/options"],
		});
		expect(refused(shirt(variant("A"), variant("B"))).paths).toEqual(["/variants/1/options"]);
	});

	test("are at most three, with names that differ in more than case", () => {
		expect(refused(shirt(variant("A", { A: "1", B: "1", C: "1", D: "1" }))).paths).toContain("/options");
		expect(refused(shirt(variant("A", { Size: "1", size: "1" }))).paths).toContain("/options/1/name");
	});

	test("Title with Default Title means no options", () => {
		expect(made(shirt(variant("A", { Title: "Default Title" }))).options).toEqual([]);
		expect(made({ ...shirt(variant("A")), options: [{ name: "Title", values: ["Default Title"] }] }).options).toEqual([]);
	});

	test("must not have the name of a built-in object property", () => {
		expect(refused(shirt(variant("A", { constructor: "x" }))).paths).toEqual(["/options/0/name"]);
	});
});

describe("variants", () => {
	test("keep their ids by id or by SKU", () => {
		const standing = made(shirt(variant("A", { Size: "M" }), variant("B", { Size: "S" })));
		const [a, b] = standing.variants;
		const after = made({ variants: [variant("B", { Size: "S" }), variant("A2", { Size: "M" }, { id: a!.id })] }, standing);
		expect(after.variants.map(({ id, sku }) => [id, sku])).toEqual([
			[b!.id, "B"],
			[a!.id, "A2"],
		]);
	});

	test("never share an id, even if another variant had the SKU before", () => {
		const standing = made(shirt(variant("A", { Size: "M" })));
		const after = made(
			{ variants: [variant("A2", { Size: "M" }, { id: standing.variants[0]!.id }), variant("A", { Size: "S" })] },
			standing,
		);
		expect(new Set(after.variants.map(({ id }) => id)).size).toBe(2);
	});

	test("keep fields that are not proposed", () => {
		const standing = made(shirt(variant("A", { Size: "M" }, { weightGrams: 300, taxable: false, compareAtPrice: EUR(1_500) })));
		const after = made({ variants: [{ sku: "A", price: EUR(900) }] }, standing);
		expect(after.variants[0]).toMatchObject({ price: 900, weightGrams: 300, taxable: false, compareAtPrice: 1_500, values: ["M"] });
	});

	test("are titled by their options, and a title that only repeats them is not stored", () => {
		const standing = made(shirt(variant("A", { Size: "M", Color: "Red" }, { title: "M / Red" })));
		expect(standing.variants[0]!.title).toBeNull();
		const after = made({ variants: [variant("A", { Size: "L", Color: "Red" }, { title: "M / Red" })] }, standing);
		expect(derivedTitle(after, after.variants[0]!.values)).toBe("L / Red");
		expect(after.variants[0]!.title).toBeNull();
	});

	test("must have unique SKUs", () => {
		expect(refused(shirt(variant("A", { Size: "M" }), variant("A", { Size: "S" })))).toEqual({
			code: "VALIDATION_FAILED",
			paths: ["/variants/1/sku"],
		});
	});
});

describe("prices", () => {
	test("of a product must be in one currency", () => {
		const proposal = shirt(variant("A", { Size: "M" }), variant("B", { Size: "S" }, { price: { amount: 1, currency: "USD" } }));
		expect(refused(proposal)).toEqual({ code: "CURRENCY_MISMATCH", paths: ["/variants/1/price/currency"] });
	});

	test("must be in an existing currency", () => {
		expect(refused(shirt(variant("A", {}, { price: { amount: 1, currency: "XQQ" } }))).paths).toEqual(["/variants/0/price/currency"]);
	});
});

test("executable URLs are not accepted as images", () => {
	expect(refused({ ...shirt(variant("A")), media: [{ url: "javascript:alert(1)" }] }).paths).toEqual(["/media/0/url"]);
});

test("images are numbered in the order of their positions", () => {
	const { media } = made({
		...shirt(variant("A")),
		media: [
			{ url: "/b.svg", position: 7 },
			{ url: "/a.svg", position: 2 },
		],
	});
	expect(media).toEqual([
		{ url: "/a.svg", alt: "", position: 1 },
		{ url: "/b.svg", alt: "", position: 2 },
	]);
});

const name = fc.constantFrom("Size", "Color", "Cut");
const proposals = fc
	.record({
		names: fc.uniqueArray(name, { maxLength: 3 }),
		title: fc.string({ minLength: 1 }),
		tags: fc.array(fc.string()),
		rows: fc.integer({ min: 1, max: 6 }),
	})
	.map(({ names, rows, ...rest }): Proposal => ({
		...rest,
		variants: Array.from({ length: names.length === 0 ? 1 : rows }, (_, row) =>
			variant(`S${row}`, Object.fromEntries(names.map((each, index) => [each, `v${(row >> index) % 8}`]))),
		),
	}));

test("content sent back in the form in which it was read changes nothing", () => {
	fc.assert(
		fc.property(proposals, (proposal) => {
			const content = compose("prod_1", proposal, null);
			if (isRejection(content)) return;
			const { currency, variants, ...rest } = content;
			const again: Proposal = {
				...rest,
				variants: variants.map(({ values, price, compareAtPrice: _, title, ...more }) => ({
					...more,
					title: title ?? derivedTitle(content, values),
					options: optionsOf(content.options, values),
					price: { amount: price, currency },
				})),
			};
			expect(compose("prod_1", again, content)).toEqual(content);
			expect(compose("prod_1", {}, content)).toEqual(content);
		}),
	);
});
