import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { call } from "@kernel/contract";
import { inventory } from "@services/inventory/inventory.service";
import { world, type World } from "@tests/support/world";
import { Products, type ImportReport, type Product } from "./products.contract";
import { products } from "./products.service";

let shop: World;
beforeAll(async () => {
	shop = await world([inventory, products]);
});
afterAll(() => shop.stop());

/** Text that often breaks files: quotes, separators, line ends, formulas, letters of other scripts, surrounding spaces. */
const awkward = fc.oneof(
	fc.constantFrom(
		'"',
		"a,b",
		"=1+1",
		"-1",
		"@x",
		"'",
		"'=x",
		" pad ",
		"line\nbreak",
		"tab\tin",
		"ñandú",
		"日本",
		"😀",
		"a > b",
		"a -> b",
		"Title",
		"Default Title",
		"null",
	),
	fc.string({ unit: "grapheme", maxLength: 12 }),
	fc.string({ unit: "binary-ascii", maxLength: 12 }),
);
const line = awkward.map((value) => value.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "")); // text that the contract accepts
const word = line.filter(
	(value) => value.replace(/[\s\u007f]/g, "") !== "" && !["__proto__", "constructor", "prototype"].includes(value.trim()),
);
const amount = fc.integer({ min: 0, max: 1e9 });
const money = (value: number) => ({ amount: value, currency: "EUR" });

const input = fc.record({
	title: word,
	description: fc.oneof(
		line,
		fc.constantFrom("<p>a &amp; b</p>", "a & b", "<b>x</b> <script>y</script>", "1 < 2", "<img src=/a.png>", "  <p>x</p>\n"),
	),
	vendor: line,
	type: line,
	tags: fc.array(
		word.map((tag) => tag.replaceAll(",", ";")),
		{ maxLength: 4 },
	),
	categories: fc.array(
		fc
			.array(
				word.map((name) => name.replaceAll(">", "-")),
				{ minLength: 1, maxLength: 3 },
			)
			.map((path) => ({ path })),
		{ maxLength: 2 },
	),
	status: fc.constantFrom("draft" as const, "active" as const, "archived" as const),
	media: fc.array(
		fc.record({ url: fc.constantFrom("/a.svg", "https://example.com/b.png?x=1,2", "/c d.svg".replace(" ", "%20")), alt: line }),
		{ maxLength: 4 },
	),
	seo: fc.record({ title: line, description: line }),
	names: fc.uniqueArray(word, { maxLength: 3, selector: (name) => name.trim().replace(/\s/g, " ").toLowerCase() }),
	value: word,
	prices: fc.array(
		fc.record({
			price: amount,
			compareAt: fc.option(amount),
			weightGrams: fc.nat(10_000),
			taxable: fc.boolean(),
			requiresShipping: fc.boolean(),
			barcode: fc.option(line),
			imageUrl: fc.option(fc.constantFrom("/v.svg", "https://example.com/v.png")),
		}),
		{ minLength: 1, maxLength: 5 },
	),
	stock: fc.nat(9),
});

let counter = 0;
const importCsv = (csv: string): Promise<ImportReport> =>
	shop.broker.call(Products.import.name, { stock: "set" }, { stream: Readable.from([csv]) });
const exportCsv = async (): Promise<string> => text((await call(shop.broker, Products.export, {})) as Readable);

test("importing an export changes nothing, and the next export is identical, for any products", async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(input, { minLength: 1, maxLength: 12 }), async (inputs) => {
			const made: Product[] = [];
			for (const { names, value, prices, stock: _, ...rest } of inputs) {
				const number = counter++;
				const variants = (names.length === 0 ? prices.slice(0, 1) : prices).map(({ price, compareAt, ...variant }, index) => ({
					...variant,
					sku: `SKU-${number}-${index}`,
					price: money(price),
					compareAtPrice: compareAt === null ? null : money(compareAt),
					options: Object.fromEntries(names.map((name, place) => [name, place === 0 ? `${value}${index}` : value])),
				}));
				made.push(await call(shop.broker, Products.create, { ...rest, handle: `p-${number}`, variants }));
			}
			const file = await exportCsv();
			expect(await importCsv(file)).toMatchObject({
				products: { created: 0, updated: 0, refused: 0 },
				stock: { set: 0 },
				errors: [],
			});
			expect(await exportCsv()).toBe(file);
			for (const { id } of made) await call(shop.broker, Products.remove, { id });
		}),
		{ numRuns: 20 },
	);
}, 60_000);
