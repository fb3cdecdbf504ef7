import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CsvItem, ProductDraft } from "../csv/product-draft";
import { readProducts } from "../csv/read-products";

const read = async (): Promise<CsvItem[]> => {
	const items: CsvItem[] = [];
	for await (const item of readProducts(() => createReadStream(join(__dirname, "products.csv")), { decimals: 2 })) items.push(item);
	return items;
};

const draftsOf = (items: CsvItem[]): ProductDraft[] => items.flatMap((item) => (item.kind === "product" ? [item.draft] : []));

describe("the demo catalogue", () => {
	let items: CsvItem[];
	let drafts: ProductDraft[];
	beforeAll(async () => {
		items = await read();
		drafts = draftsOf(items);
	});

	test("is read without errors", () => {
		expect(items.filter(({ kind }) => kind === "error")).toEqual([]);
		expect(drafts.length).toBeGreaterThanOrEqual(40);
	});

	test("has a picture for each product, and no picture without one", async () => {
		const pictures = await readdir(join(__dirname, "pictures"));
		expect(drafts.map(({ media }) => media.map(({ url }) => url))).toEqual(drafts.map(({ handle }) => [`/demo/${handle}.svg`]));
		expect(pictures.toSorted()).toEqual(drafts.map(({ handle }) => `${handle}.svg`).toSorted());
	});

	test("has pictures that are small, distinct and not executable", async () => {
		const pictures = await Promise.all(drafts.map(({ handle }) => readFile(join(__dirname, "pictures", `${handle}.svg`), "utf8")));
		expect(new Set(pictures).size).toBe(pictures.length);
		for (const picture of pictures) {
			expect(picture).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox/);
			expect(picture).not.toMatch(/<script|<foreignObject|\son\w+=|href|url\(/i);
			expect(picture.length).toBeLessThanOrEqual(2_048);
		}
	});

	test("includes sale prices, options, downloads and sold-out products", () => {
		const variants = drafts.flatMap((draft) => draft.variants);
		expect(variants.some(({ price, compareAtPrice }) => compareAtPrice !== null && compareAtPrice > price)).toBe(true);
		expect(drafts.some(({ options }) => options.length === 2)).toBe(true);
		expect(drafts.filter((draft) => draft.variants.every(({ requiresShipping }) => !requiresShipping))).toHaveLength(1);
		expect(drafts.some((draft) => draft.variants.every(({ stock }) => stock === 0))).toBe(true);
		expect(
			drafts.some((draft) => draft.variants.some(({ stock }) => stock === 0) && draft.variants.some(({ stock }) => stock !== 0)),
		).toBe(true);
		expect(drafts.every(({ categoryPath }) => categoryPath.length >= 2)).toBe(true);
	});
});
