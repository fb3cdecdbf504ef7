import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { draftsOf, itemsOf } from "@tests/support/csv";
import { unescapeFormula, escapeFormula } from "./products/cell-text";
import type { ProductDraft, VariantDraft } from "./product-draft";
import { cleanHtml } from "./products/html-sanitizer";
import { writeProducts, type ExportProduct } from "./write-products";

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
	for (const value of values) yield await Promise.resolve(value);
}

const written = async (drafts: readonly ProductDraft[], decimals = 2): Promise<string> => {
	const chunks: Buffer[] = [];
	for await (const chunk of writeProducts(each(drafts.map((draft) => ({ ...draft, decimals })))))
		chunks.push(Buffer.from(chunk as Uint8Array));
	return Buffer.concat(chunks).toString();
};

/** Characters with a meaning in CSV, spreadsheets or browsers, and some others. */
const CHARACTERS = Array.from("aZ1 ,;\"'=+-@|<>&/\\\n\r\tñ—ß漢🌮");

// created once, because creating an arbitrary takes fast-check longer than generating a value
const text = fc.oneof(
	fc.string({ unit: fc.constantFrom(...CHARACTERS), maxLength: 30 }),
	fc.constantFrom("=1+1", "'=x", "''-y", "@a", "+", "-", "'", 'a"b', "x\ny,z", "\t=z"),
);
const tidy = (value: string): string => value.replace(/[\u0000-\u001f\u007f]+/g, " ").trim();
/** Text as the reader returns it: one trimmed line. */
const line = text.map(tidy);
const word = line.map((value) => (value === "" ? "x" : value));
const words = fc.uniqueArray(word, { maxLength: 4 });
const html = fc.oneof(text, fc.constantFrom("<p>a &amp; b</p>", "<ul>\n<li>=x</li>\n</ul>")).map((dirty) => cleanHtml(tidy(dirty)));
const address = fc.nat(999).map((number) => `https://x.example/${number}.png?a=1,2`);
const images = fc
	.array(fc.record({ url: address, alt: line }), { maxLength: 5 })
	.map((media) => media.map((image, index) => ({ ...image, position: index + 1 })));

const variantFields: fc.Arbitrary<Omit<VariantDraft, "options">> = fc.record({
	sku: word,
	barcode: fc.option(fc.stringMatching(/^[A-Z0-9]{1,20}$/)),
	price: fc.nat(1_000_000),
	compareAtPrice: fc.option(fc.integer({ min: 1, max: 1_000_000 })),
	weightGrams: fc.nat(100_000),
	taxable: fc.boolean(),
	requiresShipping: fc.boolean(),
	imageUrl: fc.option(address),
	stock: fc.option(fc.nat(1_000)),
	line: fc.constant(0),
});

const VALUES = ["one", "=two", "Drei, vier"];

const parts = fc.record({
	title: word,
	description: html,
	vendor: line,
	type: line,
	tags: words.map((tags) => [...new Set(tags.map((tag) => tag.replaceAll(",", "").trim() || "t"))]),
	categoryPath: words.map((names) => names.map((name) => name.replaceAll(">", "").trim() || "c")),
	status: fc.constantFrom("draft", "active", "archived"),
	media: images,
	seo: fc.record({ title: line, description: line }),
	names: fc.uniqueArray(word, { maxLength: 3, selector: (name) => name.toLowerCase() }),
	three: fc.tuple(variantFields, variantFields, variantFields),
});

const draftFrom = (
	handle: string,
	{ names, three, ...rest }: typeof parts extends fc.Arbitrary<infer Value> ? Value : never,
): ProductDraft => {
	const options = names.map((name) => ({ name: `${name}!`, values: VALUES }));
	const variants = three.slice(0, options.length === 0 ? 1 : 3).map((fields, index) => ({
		...fields,
		sku: `${fields.sku}.${handle}.${index}`,
		options: Object.fromEntries(options.map(({ name, values }) => [name, values[index] ?? ""])),
	}));
	return { handle, ...rest, status: rest.status, options, variants };
};

const drafts = fc.tuple(parts, parts).map(([first, second]) => [draftFrom("first", first), draftFrom("second", second)]);

const lineless = ({ variants, ...rest }: ProductDraft) => ({ ...rest, variants: variants.map((each) => ({ ...each, line: 0 })) });

test("written products are read back unchanged", async () => {
	await fc.assert(
		fc.asyncProperty(drafts, fc.constantFrom(0, 2, 3), async (products, decimals) => {
			const items = await itemsOf(await written(products, decimals), decimals);
			expect(items.filter(({ kind }) => kind === "error")).toEqual([]);
			expect(items.map((item) => item.kind === "product" && lineless(item.draft))).toEqual(products.map(lineless));
		}),
		{ numRuns: 200 },
	);
});

test("a file that was read once is written identically from then on", async () => {
	const wild = fc.string({ unit: "binary", maxLength: 12 });
	const unkempt = drafts.chain((products) =>
		fc.record({ title: wild, vendor: wild, type: wild, description: wild, tag: wild, alt: wild }).map(({ tag, alt, title, ...texts }) =>
			products.map((product) => ({
				...product,
				...texts,
				title: `${title}x`,
				tags: [tag],
				media: product.media.map((image) => ({ ...image, alt })),
			})),
		),
	);
	await fc.assert(
		fc.asyncProperty(unkempt, async (products) => {
			const second = await written(await draftsOf(await written(products)));
			expect(second.split("\n").length).toBeGreaterThan(2);
			expect(await written(await draftsOf(second))).toBe(second);
		}),
		{ numRuns: 200 },
	);
});

test("no cell starts like a formula", async () => {
	await fc.assert(
		fc.asyncProperty(drafts, async (products) => {
			const cells: string[][] = parse(await written(products));
			expect(cells.flat().filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
		}),
		{ numRuns: 100 },
	);
});

test("only the apostrophe of an escaped formula is removed", () => {
	fc.assert(
		fc.property(text, (value) => {
			expect(unescapeFormula(escapeFormula(value))).toBe(value);
		}),
	);
	expect(["=x", "'=x", "'x", "it's", "''"].map(unescapeFormula)).toEqual(["=x", "=x", "'x", "it's", "''"]);
});

test("writes one row per variant, with images beside and below", async () => {
	const [sample] = fc.sample(parts, { numRuns: 1, seed: 1 }).map((sampled) => draftFrom("pot", sampled));
	const image = (position: number) => ({ url: `/${position}.png`, alt: "", position });
	const product = { ...sample!, options: [], variants: sample!.variants.slice(0, 1), media: [image(1), image(2), image(3)] };
	const rows = (await written([product])).trimEnd().split("\n");
	expect(rows.slice(-2).map((cells) => cells.split(",").filter((cell) => cell !== ""))).toEqual([
		["pot", "/2.png", "2"],
		["pot", "/3.png", "3"],
	]);
});

test("a failure of the source fails the stream", async () => {
	const failing = async function* (): AsyncGenerator<ExportProduct> {
		await Promise.reject(new Error("gone"));
		yield* [];
	};
	const read = async () => {
		for await (const chunk of writeProducts(failing())) void chunk;
	};
	await expect(read()).rejects.toThrow("gone");
});

test("without products only the header is written", async () => {
	expect((await written([])).split("\n")).toHaveLength(2);
});
