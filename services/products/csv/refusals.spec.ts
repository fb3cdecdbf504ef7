import { csvErrors, csvOf, draftsOf, errorsOf, itemsOf, row } from "@tests/support/csv";
import { LIMITS } from "./limits";

const handlesIn = async (file: string): Promise<string[]> => (await draftsOf(file)).map(({ handle }) => handle);

describe("an invalid cell rejects its product and no other", () => {
	test.each([
		["Variant Price", "12,50", "PRICE_INVALID"],
		["Variant Price", "-1", "PRICE_INVALID"],
		["Variant Price", "", "PRICE_INVALID"],
		["Variant Price", "1.999", "PRICE_INVALID"],
		["Variant Price", "€5", "PRICE_INVALID"],
		["Variant Price", "1,299.00", "PRICE_INVALID"],
		["Variant Price", "99999999999999", "PRICE_INVALID"],
		["Variant Compare At Price", "x", "PRICE_INVALID"],
		["Variant Inventory Qty", "-1", "STOCK_INVALID"],
		["Variant Inventory Qty", "1.5", "STOCK_INVALID"],
		["Variant Inventory Qty", "many", "STOCK_INVALID"],
		["Variant Inventory Qty", "1000000001", "STOCK_INVALID"],
		["Variant Grams", "-5", "WEIGHT_INVALID"],
		["Variant Grams", "1 kg", "WEIGHT_INVALID"],
		["Variant Taxable", "maybe", "BOOLEAN_INVALID"],
		["Variant Requires Shipping", "2", "BOOLEAN_INVALID"],
		["Published", "sometimes", "BOOLEAN_INVALID"],
		["Status", "sold", "STATUS_INVALID"],
		["Variant SKU", "S".repeat(65), "SKU_INVALID"],
		["Variant Barcode", "1".repeat(65), "BARCODE_INVALID"],
		["Vendor", "v".repeat(256), "TEXT_TOO_LONG"],
		["Tags", "t".repeat(256), "TEXT_TOO_LONG"],
		["Tags", Array.from({ length: 251 }, (_, tag) => `t${tag}`).join(), "TAGS_TOO_MANY"],
		["Product Category", Array.from({ length: 11 }, (_, level) => `c${level}`).join(" > "), "CATEGORY_TOO_DEEP"],
		["Body (HTML)", "x".repeat(200_001), "DESCRIPTION_TOO_LONG"],
		["Image Src", "javascript:alert(1)", "IMAGE_URL_INVALID"],
		["Image Src", "data:image/png;base64,AAAA", "IMAGE_URL_INVALID"],
		["Image Src", "picture.png", "IMAGE_URL_INVALID"],
		["Image Src", "https://", "IMAGE_URL_INVALID"],
		["Image Src", "/\\x.example/a.png", "IMAGE_URL_INVALID"],
		["Image Src", '/a.png" onerror="x', "IMAGE_URL_INVALID"],
		["Image Src", "/<b>.png", "IMAGE_URL_INVALID"],
		["Variant Image", "ftp://x.example/a.png", "IMAGE_URL_INVALID"],
		["Title", "", "TITLE_MISSING"],
		["Title", "t".repeat(256), "TEXT_TOO_LONG"],
	])("%s: %.30s", async (column, cell, code) => {
		const file = csvOf(row("before"), row("wrong", { [column]: cell }), row("after"));
		expect(await csvErrors(file)).toEqual([`3:${column}:${code}`]);
		expect(await handlesIn(file)).toEqual(["before", "after"]);
	});

	test("an invalid image position", async () => {
		const file = csvOf(row("a", { "Image Src": "/a.png", "Image Position": "first" }));
		expect(await csvErrors(file)).toEqual(["2:Image Position:IMAGE_POSITION_INVALID"]);
	});

	test("in any row of the product, with all errors reported and its rows counted on one", async () => {
		const file = csvOf(
			row("a", { "Option1 Name": "Size", "Option1 Value": "S" }),
			{ Handle: "a", "Option1 Value": "M", "Variant Price": "1,00" },
			{ Handle: "a", "Option1 Value": "L", "Variant Price": "2", "Variant Inventory Qty": "-3" },
			row("b"),
		);
		expect(await csvErrors(file)).toEqual(["3:Variant Price:PRICE_INVALID", "4:Variant Inventory Qty:STOCK_INVALID"]);
		const items = await itemsOf(file);
		expect(items.map((item) => [item.kind, item.rows, item.kind === "error" && item.refused])).toEqual([
			["error", 3, true],
			["error", 0, false],
			["product", 1, false],
		]);
	});

	test("checks prices against the decimals of the currency", async () => {
		const priced = (price: string) => csvOf(row("a", { "Variant Price": price }));
		const price = async (text: string, decimals: number) => (await draftsOf(priced(text), decimals))[0]?.variants[0]?.price;
		expect(await price("1000", 0)).toBe(1_000);
		expect(await price("1000.00", 0)).toBe(1_000);
		expect(await price("10.5", 0)).toBeUndefined();
		expect(await price("1.000", 0)).toBeUndefined();
		expect(await price("1.234", 3)).toBe(1_234);
		expect(await price("19.9", 2)).toBe(1_990);
		expect(await price("1.000", 2)).toBeUndefined();
	});
});

describe("handles", () => {
	test("may use any script and are lower-cased", async () => {
		expect(await handlesIn(csvOf(row("Café-Olla"), row("チョコ_1"), row("2go"), row("acme™")))).toEqual([
			"café-olla",
			"チョコ_1",
			"2go",
			"acme™",
		]);
	});

	test.each(["-a", "a b", "a/b", "a.b", "a'b", "a\u00a0b", "x".repeat(256)])("%.10s is none", async (handle) => {
		expect(await csvErrors(csvOf(row(handle), row("b")))).toEqual(["2:Handle:HANDLE_INVALID"]);
	});

	test("that are missing start a product if the row has a title, else the row belongs to the product above", async () => {
		const own = csvOf(row("a"), row("", { Title: "Lost" }), { "Variant Price": "2" }, row("b"));
		expect(await csvErrors(own)).toEqual(["3:Handle:HANDLE_MISSING", "4:Handle:HANDLE_MISSING"]);
		expect(await handlesIn(own)).toEqual(["a", "b"]);
		const above = csvOf(row("a"), { "Option1 Value": "L", "Variant Price": "2" }, row("b"));
		expect(await csvErrors(above)).toEqual(["3:Handle:HANDLE_MISSING"]);
		expect(await handlesIn(above)).toEqual(["b"]);
	});

	test("a row without a handle in between does not end a product", async () => {
		const file = csvOf(row("a", { "Option1 Name": "Size", "Option1 Value": "S" }), row("", { Title: "Lost" }), {
			...{ Handle: "a", "Option1 Value": "L", "Variant Price": "2" },
		});
		expect((await draftsOf(file))[0]?.variants).toHaveLength(2);
	});
});

describe("a duplicate row is skipped and reported", () => {
	test("the same options twice in a product", async () => {
		const size = (value: string, price: string) => ({ Handle: "a", "Option1 Value": value, "Variant Price": price });
		const file = csvOf(
			row("a", { "Option1 Name": "Size", "Option1 Value": "S" }),
			size("L", "2"),
			size("S", "3"),
			size("L", "wrong as well"),
		);
		expect(await csvErrors(file)).toEqual(["4:Option1 Value:OPTIONS_DUPLICATE", "5:Option1 Value:OPTIONS_DUPLICATE"]);
		expect((await draftsOf(file))[0]).toMatchObject({ options: [{ values: ["S", "L"] }], variants: [{ price: 100 }, { price: 200 }] });
		expect((await itemsOf(file)).map(({ rows }) => rows)).toEqual([0, 0, 4]);
	});

	test("two variants without options", async () => {
		const file = csvOf(row("a"), { Handle: "a", "Variant Price": "2" });
		expect(await csvErrors(file)).toEqual(["3::OPTIONS_DUPLICATE"]);
		expect((await draftsOf(file))[0]?.variants).toMatchObject([{ price: 100 }]);
	});

	test("the same SKU twice in a product, or in two products", async () => {
		const sized = (handle: string, size: string, sku: string) => ({
			Handle: handle,
			"Option1 Value": size,
			"Variant Price": "1",
			"Variant SKU": sku,
		});
		const file = csvOf(
			{ ...row("a", { "Option1 Name": "Size" }), ...sized("a", "S", "X") },
			sized("a", "M", "X"),
			sized("a", "L", "Y"),
			{ ...row("b", { "Option1 Name": "Size" }), ...sized("b", "S", "Y") },
			sized("b", "L", "Z"),
			row("c", { "Variant SKU": "Z" }),
		);
		expect(await csvErrors(file)).toEqual([
			"3:Variant SKU:SKU_DUPLICATE",
			"5:Variant SKU:SKU_DUPLICATE",
			"7:Variant SKU:SKU_DUPLICATE",
		]);
		expect((await draftsOf(file)).map(({ variants }) => variants.map(({ sku }) => sku))).toEqual([["X", "Y"], ["Z"]]);
		// the last product is rejected, because no row of it is left
		expect((await itemsOf(file)).at(-1)).toMatchObject({ kind: "error", refused: true, rows: 1 });
	});

	test("the SKUs of a rejected product are available to later ones", async () => {
		const file = csvOf(row("a", { "Variant SKU": "X", "Variant Grams": "?" }), row("b", { "Variant SKU": "X" }));
		expect(await handlesIn(file)).toEqual(["b"]);
	});
});

describe("limits", () => {
	const variants = (count: number) =>
		Array.from({ length: count }, (_, index) => ({
			Handle: "a",
			"Option1 Value": `v${index}`,
			"Variant Price": "1",
			"Variant SKU": `S${index}`,
		}));
	const withOptions = (count: number) => {
		const [first, ...others] = variants(count);
		return csvOf({ ...row("a", { "Option1 Name": "V" }), ...first }, ...others, row("b"));
	};

	test("2,048 variants", async () => {
		expect((await draftsOf(withOptions(LIMITS.variants)))[0]?.variants).toHaveLength(2_048);
		expect(await csvErrors(withOptions(LIMITS.variants + 500))).toEqual(["2050:Handle:VARIANTS_TOO_MANY"]);
		expect(await handlesIn(withOptions(LIMITS.variants + 500))).toEqual(["b"]);
	});

	test("250 images", async () => {
		const images = (count: number) => Array.from({ length: count }, (_, index) => ({ Handle: "a", "Image Src": `/${index}.png` }));
		expect((await draftsOf(csvOf(row("a"), ...images(250))))[0]?.media).toHaveLength(250);
		expect((await errorsOf(csvOf(row("a"), ...images(251)))).map(({ code }) => code)).toEqual(["MEDIA_TOO_MANY"]);
	});

	test("20 errors per product", async () => {
		const wrong = variants(1_000).map((variant) => ({ ...variant, "Variant Price": "?" }));
		const items = await itemsOf(csvOf({ ...row("a", { "Option1 Name": "V" }), ...wrong[0] }, ...wrong.slice(1)));
		expect(items).toHaveLength(20);
		expect(items[0]).toMatchObject({ refused: true, rows: 1_000 });
	});
});
