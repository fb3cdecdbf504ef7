import fc from "fast-check";
import { isRejection } from "@kernel/rejection";
import type { Facets, Product as View } from "../products.contract";
import { createCatalogue, type Catalogue } from "./catalogue";
import { sketch, stored, type Sketch } from "@tests/support/products";
import { toQuery, type BrowseParams } from "./query";

interface Answer {
	readonly items: View[];
	readonly nextCursor: string | null;
	readonly total: number;
	readonly facets?: Facets;
}

const browse = (catalogue: Catalogue, params: Record<string, unknown>): Answer => {
	const page = catalogue.browse(toQuery(params));
	if (isRejection(page)) throw new Error(page.rejected);
	return JSON.parse(page.body.toString()) as Answer;
};

/** Entries of all pages in order. */
const browseAll = (catalogue: Catalogue, params: Record<string, unknown>, limit: number): View[] => {
	const items: View[] = [];
	for (let cursor: string | null | undefined; cursor !== null;) {
		const page: Answer = browse(catalogue, { ...params, limit, ...(cursor !== undefined && { cursor }) });
		items.push(...page.items);
		cursor = page.nextCursor;
	}
	return items;
};

/** Adds the sketches in order; a repeated number is a change of the same product. */
const filled = (sketches: readonly Sketch[], catalogue = createCatalogue("EUR")): Catalogue => {
	const versions = new Map<string, number>();
	for (const { number, proposal, createdAt, stocked } of sketches) {
		const id = `prod_${number}`;
		const version = (versions.get(id) ?? 0) + 1;
		versions.set(id, version);
		const product = stored(id, proposal, createdAt);
		if (number % 7 === 6 && version > 1) catalogue.put({ ...product, content: null }, version);
		else catalogue.put(product, version);
		product.content?.variants.forEach(({ sku }, index) => catalogue.setStock(sku, stocked.includes(index)));
	}
	return catalogue;
};

const active = (catalogue: Catalogue): View[] =>
	catalogue.newestFirst
		.all()
		.filter((entry) => entry.active)
		.map(({ id }) => JSON.parse(catalogue.view(id)!.body.toString()) as View);

const many = fc.array(sketch(fc.nat({ max: 20 })), { maxLength: 60 });
const ids = (products: readonly View[]): string[] => products.map(({ id }) => id);

const by =
	(...keys: ((product: View) => number | string)[]) =>
	(a: View, b: View) => {
		for (const key of keys) {
			const [left, right] = [key(a), key(b)];
			if (left !== right) return left < right ? -1 : 1;
		}
		return 0;
	};
const collator = new Intl.Collator("en");
const shop = ({ priceRange: { min, max } }: View) => min.currency === "EUR" && { min: min.amount, max: max.amount };

const SORTS: Record<string, (a: View, b: View) => number> = {
	newest: by(
		({ createdAt }) => -Date.parse(createdAt),
		({ id }) => id,
	),
	price: by(
		(p) => (shop(p) || { min: Infinity }).min,
		({ id }) => id,
	),
	"-price": by(
		(p) => -(shop(p) || { max: -Infinity }).max,
		({ id }) => id,
	),
	title: (a, b) => collator.compare(a.title, b.title) || by(({ id }: View) => id)(a, b),
};

interface Chosen {
	vendor?: string[];
	tag?: string[];
	type?: string[];
	category?: string[];
	"option.size"?: string[];
	"option.COLOR"?: string[];
	minPrice?: number;
	maxPrice?: number;
	inStock?: boolean;
}
type Kind = "vendor" | "tag" | "type" | "category" | "option.size" | "option.COLOR" | "price" | "inStock";

const named = (options: Record<string, string>, name: string): string | undefined =>
	Object.entries(options).find(([key]) => key.toLowerCase() === name)?.[1];

/** Reference implementation of the filters. */
const meets = (product: View, f: Chosen): boolean => {
	const inCategory = (named: string) =>
		product.categories.some(({ path }) =>
			path.some((_, level) => path[level] === named || path.slice(0, level + 1).join(" > ") === named),
		);
	return (
		(f.vendor?.includes(product.vendor) ?? true) &&
		(f.type?.includes(product.type) ?? true) &&
		(f.tag?.some((tag) => product.tags.includes(tag)) ?? true) &&
		(f.category?.some(inCategory) ?? true) &&
		product.variants.some(
			({ options }) =>
				(f["option.size"]?.includes(named(options, "size") ?? "") ?? true) &&
				(f["option.COLOR"]?.includes(named(options, "color") ?? "") ?? true),
		) &&
		((f.minPrice === undefined && f.maxPrice === undefined) ||
			product.variants.some(
				({ price }) => price.currency === "EUR" && price.amount >= (f.minPrice ?? 0) && price.amount <= (f.maxPrice ?? Infinity),
			)) &&
		(f.inStock === undefined || product.inStock === f.inStock)
	);
};

const some = (...values: string[]) => fc.option(fc.subarray(values, { minLength: 1 }), { nil: undefined });
const chosen = fc
	.record({
		vendor: some("Ana", "Luz", "Nobody"),
		tag: some("hot", "new"),
		type: some("Cups"),
		category: some("Kitchen", "Coffee", "Kitchen > Coffee", "Garden > Coffee"),
		"option.size": some("S", "M"),
		"option.COLOR": some("Red"),
		minPrice: fc.option(fc.constantFrom(200, 500), { nil: undefined }),
		maxPrice: fc.option(fc.constantFrom(300, 700), { nil: undefined }),
		inStock: fc.option(fc.boolean(), { nil: undefined }),
	})
	.map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Chosen);

test("the pages of any sort and filter together form the complete sorted list", () => {
	fc.assert(
		fc.property(
			many,
			chosen,
			fc.constantFrom(...Object.keys(SORTS)),
			fc.integer({ min: 1, max: 7 }),
			(sketches, filters, sort, limit) => {
				const catalogue = filled(sketches);
				const expected = active(catalogue)
					.filter((product) => meets(product, filters))
					.sort(SORTS[sort]);
				expect(ids(browseAll(catalogue, { ...filters, sort }, limit))).toEqual(ids(expected));
				expect(browse(catalogue, { ...filters, sort }).total).toBe(expected.length);
			},
		),
		{ numRuns: 150 },
	);
});

test("a change during paging appears in the next response, in sort order", () => {
	fc.assert(
		fc.property(many, many, fc.constantFrom(...Object.keys(SORTS)), (before, after, sort) => {
			const catalogue = createCatalogue("EUR");
			const versions = new Map<number, number>();
			for (const { number, proposal, createdAt } of [...before, ...after]) {
				versions.set(number, (versions.get(number) ?? 0) + 1);
				catalogue.put(stored(`prod_${number}`, proposal, createdAt), versions.get(number)!);
				expect(ids(browse(catalogue, { sort, limit: 100 }).items)).toEqual(ids(active(catalogue).sort(SORTS[sort])));
			}
		}),
		{ numRuns: 40 },
	);
});

const KIND_OF: Record<string, Kind> = { minPrice: "price", maxPrice: "price" };
const without = (filters: Chosen, kind: Kind): Chosen =>
	Object.fromEntries(Object.entries(filters).filter(([name]) => (KIND_OF[name] ?? name) !== kind));

test("a facet counts the products per value as if it were the only value of its kind", () => {
	fc.assert(
		fc.property(many, chosen, (sketches, filters) => {
			const catalogue = filled(sketches);
			const everything = active(catalogue);
			const { facets } = browse(catalogue, { ...filters, facets: true });
			const counts = (kind: Kind, values: readonly string[], key: keyof Chosen = kind as keyof Chosen) =>
				Object.fromEntries(
					values
						.map(
							(value) =>
								[
									value,
									everything.filter((product) => meets(product, { ...without(filters, kind), [key]: [value] })).length,
								] as const,
						)
						.filter(([, count]) => count > 0),
				);
			const told = (facet: Facets["vendor"] | undefined) =>
				Object.fromEntries((facet ?? []).map(({ value, count }) => [value, count]));
			const option = (name: string) => Object.entries(facets?.options ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
			expect(told(facets?.vendor)).toEqual(counts("vendor", ["Ana", "Luz"]));
			expect(told(facets?.type)).toEqual(counts("type", ["Cups", "Food"]));
			expect(told(facets?.tag)).toEqual(counts("tag", ["hot", "new", "gift"]));
			expect(told(facets?.category)).toEqual(counts("category", ["Kitchen", "Garden", "Kitchen > Coffee", "Garden > Coffee"]));
			expect(told(option("size"))).toEqual(counts("option.size", ["S", "M", "L"]));
			expect(told(option("color"))).toEqual(counts("option.COLOR", ["Red", "Blue"]));
			const priced = everything
				.filter((product) => meets(product, without(filters, "price")))
				.flatMap((product) => shop(product) || []);
			const price =
				priced.length === 0
					? null
					: { min: Math.min(...priced.map(({ min }) => min)), max: Math.max(...priced.map(({ max }) => max)) };
			expect(facets?.price && { min: facets.price.min.amount, max: facets.price.max.amount }).toEqual(price);
		}),
		{ numRuns: 100 },
	);
});

test("search results are active products that match the filters and appear once across pages", () => {
	fc.assert(
		fc.property(
			many,
			chosen,
			fc.constantFrom("mug", "jalapeno", "cafe ana", "blue mugg", "SKU-3-0", "red hot"),
			(sketches, filters, q) => {
				const catalogue = filled(sketches);
				const found = browseAll(catalogue, { ...filters, q }, 3);
				const known = new Set(ids(active(catalogue)));
				expect(new Set(ids(found)).size).toBe(found.length);
				expect(found.every((product) => known.has(product.id) && meets(product, filters))).toBe(true);
				expect(new Set(ids(browseAll(catalogue, { ...filters, q, sort: "title" }, 4)))).toEqual(new Set(ids(found)));
			},
		),
		{ numRuns: 80 },
	);
});

test("a cursor of another query or sort is rejected, and one of a removed product still continues", () => {
	const one = (n: number) =>
		stored(`prod_${n}`, { title: `P${n}`, handle: `p${n}`, variants: [{ sku: `S${n}`, price: { amount: n, currency: "EUR" } }] }, n);
	const catalogue = createCatalogue("EUR");
	for (let n = 1; n <= 5; n++) catalogue.put(one(n), 1);
	const { nextCursor } = browse(catalogue, { sort: "price", limit: 2 });
	const ask = (params: Record<string, unknown>) => catalogue.browse(toQuery({ cursor: nextCursor, ...params } as BrowseParams));
	for (const other of [{ sort: "title" }, { sort: "price", vendor: "Ana" }, { sort: "price", cursor: "nonsense" }]) {
		expect(ask(other)).toMatchObject({ rejected: "VALIDATION_FAILED" });
	}
	catalogue.put({ ...one(2), content: null }, 2);
	expect(ids(browse(catalogue, { sort: "price", limit: 2, cursor: nextCursor }).items)).toEqual(["prod_3", "prod_4"]);
});

test("an older document changes nothing", () => {
	const catalogue = createCatalogue("EUR");
	const titled = (title: string) =>
		stored("prod_1", { title, handle: "p", variants: [{ sku: "S", price: { amount: 1, currency: "EUR" } }] });
	expect(catalogue.put(titled("second"), 2)).toBe(true);
	expect(catalogue.put(titled("first"), 1)).toBe(false);
	expect(catalogue.put({ ...titled("gone"), content: null }, 3)).toBe(true);
	expect(catalogue.put(titled("second"), 2)).toBe(false);
	expect(catalogue.view("p")).toBeUndefined();
});
