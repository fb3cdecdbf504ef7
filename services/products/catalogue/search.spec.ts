import { stored } from "@tests/support/products";
import { createCatalogue } from "./catalogue";
import { toQuery } from "./query";

const PRODUCTS = [
	{ title: "Jalapeño sauce", vendor: "Doña Ana", tags: ["spicy"], sku: "SAUCE-1" },
	{ title: "Clay mug", vendor: "Barro", tags: ["gift"], sku: "MUG-1" },
	{ title: "Clay plate", vendor: "Barro", tags: ["mug friendly"], sku: "PLATE-1" },
	{ title: "Wool blanket", vendor: "Telar", tags: [], sku: "WOOL-1" },
];

const catalogue = createCatalogue("EUR");
PRODUCTS.forEach(({ sku, ...product }, index) => {
	const options = { Color: index % 2 === 0 ? "Red" : "Blue" };
	catalogue.put(
		stored(`prod_${index}`, {
			...product,
			handle: `p${index}`,
			variants: [{ sku, barcode: `750${index}`, options, price: { amount: 100, currency: "EUR" } }],
		}),
		1,
	);
});

const found = (q: string): string[] => {
	const page = catalogue.browse(toQuery({ q }));
	return "body" in page ? (JSON.parse(page.body.toString()) as { items: { title: string }[] }).items.map(({ title }) => title) : [];
};

test.each([
	["jalapeno", ["Jalapeño sauce"]],
	["JALAPEÑO", ["Jalapeño sauce"]],
	["dona", ["Jalapeño sauce"]],
	["jala", ["Jalapeño sauce"]],
	["jalapenno", ["Jalapeño sauce"]],
	["blanket red", ["Wool blanket", "Jalapeño sauce", "Clay plate"]],
	["blue blanket", ["Wool blanket"]],
	["clay mug green", ["Clay mug", "Clay plate"]],
	["wool-1", ["Wool blanket"]],
	["7503", ["Wool blanket"]],
	["!!!", []],
	["zzzzzz", []],
])("%s", (words, titles) => {
	expect(found(words)).toEqual(titles);
});

test("a title ranks above a tag, and all words above some", () => {
	expect(found("mug")).toEqual(["Clay mug", "Clay plate"]);
	expect(found("clay mug")[0]).toBe("Clay mug");
});

test("removed products are no longer found", () => {
	const own = createCatalogue("EUR");
	const product = stored("prod_1", { title: "Clay mug", handle: "m", variants: [{ sku: "M", price: { amount: 1, currency: "EUR" } }] });
	const total = (q: string) => JSON.parse((own.browse(toQuery({ q })) as { body: Buffer }).body.toString()).total as number;
	own.put(product, 1);
	expect(total("mug")).toBe(1);
	own.put(stored("prod_1", { title: "Clay cup", handle: "m", variants: [{ sku: "M", price: { amount: 1, currency: "EUR" } }] }), 2);
	expect([total("mug"), total("cup")]).toEqual([0, 1]);
	own.put({ ...product, content: null }, 3);
	expect([total("cup"), total("M")]).toEqual([0, 0]);
});
