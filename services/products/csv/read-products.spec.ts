import { csvErrors, csvOf, draftsIn, draftsOf, itemsOf, row } from "@tests/support/csv";

describe("a product", () => {
	test("consists of the rows with one handle: variants and rows with only an image", async () => {
		const file = csvOf(
			row("Pot", {
				"Option1 Name": "Size",
				"Option1 Value": "S",
				"Variant SKU": "P-S",
				"Image Src": "/a.png",
				"Image Alt Text": "A",
			}),
			{ Handle: "pot", "Option1 Value": "L", "Variant SKU": "P-L", "Variant Price": "2.50", "Variant Inventory Qty": "7" },
			{ Handle: "pot", "Image Src": "https://x.example/b.png" },
			row("mug"),
		);
		const items = await itemsOf(file);
		expect(items.map((item) => item.kind === "product" && [item.draft.handle, item.firstLine, item.rows])).toEqual([
			["pot", 2, 3],
			["mug", 5, 1],
		]);
		expect(draftsIn(items)[0]).toMatchObject({
			handle: "pot",
			options: [{ name: "Size", values: ["S", "L"] }],
			media: [
				{ url: "/a.png", alt: "A", position: 1 },
				{ url: "https://x.example/b.png", alt: "", position: 2 },
			],
			variants: [
				{ sku: "P-S", options: { Size: "S" }, price: 100, stock: null, line: 2 },
				{ sku: "P-L", options: { Size: "L" }, price: 250, stock: 7, line: 3 },
			],
		});
	});

	test("has defaults for data that the file does not contain", async () => {
		const [draft] = await draftsOf(csvOf(row("mug")));
		expect(draft).toEqual({
			handle: "mug",
			title: "mug",
			description: "",
			vendor: "",
			type: "",
			tags: [],
			categoryPath: [],
			status: "active",
			options: [],
			media: [],
			seo: { title: "", description: "" },
			variants: [
				{
					...{ sku: "MUG", barcode: null, options: {}, price: 100, compareAtPrice: null, weightGrams: 0, taxable: true },
					...{ requiresShipping: true, imageUrl: null, stock: null, line: 2 },
				},
			],
		});
	});

	test("is the same with the headers used since 2024", async () => {
		const older = csvOf({
			...row("tee", {
				"Body (HTML)": "<p>x</p>",
				Vendor: "V",
				"Product Category": "A > B",
				Type: "T",
				Tags: "a, b",
				Published: "TRUE",
				Status: "Active",
			}),
			...{
				"Option1 Name": "Size",
				"Option1 Value": "S",
				"Variant SKU": "T-S",
				"Variant Barcode": "12",
				"Variant Compare At Price": "2.00",
			},
			...{ "Variant Taxable": "false", "Variant Inventory Qty": "3", "Variant Grams": "150", "Variant Requires Shipping": "false" },
			...{
				"Image Src": "/i.png",
				"Image Position": "1",
				"Image Alt Text": "i",
				"Variant Image": "/v.png",
				"SEO Title": "s",
				"SEO Description": "d",
			},
		});
		const renamed = older.replace(/^.*/, (header) =>
			[
				["Handle", "URL handle"],
				["Body (HTML)", "Description"],
				["Product Category", "Product category"],
				["Published", "Published on online store"],
				["Option1 Name", "Option1 name"],
				["Option1 Value", "Option1 value"],
				["Variant SKU", "SKU"],
				["Variant Barcode", "Barcode"],
				["Variant Price", "Price"],
				["Variant Compare At Price", "Compare-at price"],
				["Variant Taxable", "Charge tax"],
				["Variant Inventory Qty", "Inventory quantity"],
				["Variant Grams", "Weight value (grams)"],
				["Variant Requires Shipping", "Requires shipping"],
				["Image Src", "Product image URL"],
				["Image Position", "Image position"],
				["Image Alt Text", "Image alt text"],
				["Variant Image", "Variant image URL"],
				["SEO Title", "SEO title"],
				["SEO Description", "SEO description"],
			].reduce((text, [from = "", to = ""]) => text.replace(from, to), header),
		);
		expect(renamed).not.toContain("Variant SKU");
		const drafts = await draftsOf(renamed);
		expect(drafts).toEqual(await draftsOf(older));
		expect(drafts[0]).toMatchObject({
			categoryPath: ["A", "B"],
			variants: [{ barcode: "12", taxable: false, weightGrams: 150, imageUrl: "/v.png" }],
		});
	});

	test.each([
		[{}, "active"],
		[{ Published: "true" }, "active"],
		[{ Published: "false" }, "draft"],
		[{ Published: "false", Status: "active" }, "draft"],
		[{ Published: "false", Status: "archived" }, "archived"],
		[{ Published: "true", Status: "ARCHIVED" }, "archived"],
		[{ Status: "draft" }, "draft"],
		[{ Status: "unlisted" }, "draft"],
	])("%j is %s", async (cells, status) => {
		expect((await draftsOf(csvOf(row("a", cells))))[0]?.status).toBe(status);
	});

	test.each([
		[{ "Product Category": "Apparel & Accessories > Clothing", Type: "Shirts" }, ["Apparel & Accessories", "Clothing"]],
		[{ Type: "Kitchen -> Coffee Machines" }, ["Kitchen", "Coffee Machines"]],
		[{ Type: "Kitchen>Coffee" }, ["Kitchen", "Coffee"]],
		[{ Type: "Outdoor" }, ["Outdoor"]],
		[{ "Product Category": "aa-1-13-8", Type: "Shirts" }, ["Shirts"]],
		[{ "Product Category": "Uncategorized", Type: "Shirts" }, []],
		[{}, []],
	])("the category of %j is %j", async (cells, path) => {
		expect((await draftsOf(csvOf(row("a", cells))))[0]?.categoryPath).toEqual(path);
	});

	test("has unique tags and a sanitized description", async () => {
		const [draft] = await draftsOf(
			csvOf(row("a", { Tags: " red,blue , red,,", "Body (HTML)": "<p onclick=x()>Hi<script>evil()</script></p>" })),
		);
		expect(draft).toMatchObject({ tags: ["red", "blue"], description: "<p>Hi</p>" });
	});

	test("has unique images in the order of their positions", async () => {
		const [draft] = await draftsOf(
			csvOf(
				row("a", { "Image Src": "/3.png", "Image Position": "3" }),
				{ Handle: "a", "Image Src": "/1.png", "Image Position": "1" },
				{ Handle: "a", "Image Src": "/1.png", "Image Alt Text": "one" },
				{ Handle: "a", "Image Src": "//cdn.example/4 4.png" },
			),
		);
		expect(draft?.media).toEqual([
			{ url: "/1.png", alt: "one", position: 1 },
			{ url: "/3.png", alt: "", position: 2 },
			{ url: "//cdn.example/4%204.png", alt: "", position: 3 },
		]);
	});
});

describe("options", () => {
	test.each([
		[{ "Option1 Name": "Title", "Option1 Value": "Default Title" }],
		[{ "Option1 Name": "title", "Option1 Value": "default title" }],
		[{ "Option1 Name": "Title" }],
		[{ "Option1 Value": "Default Title" }],
	])("%j means no choice", async (cells) => {
		expect((await draftsOf(csvOf(row("a", cells))))[0]).toMatchObject({ options: [], variants: [{ sku: "A", options: {} }] });
	});

	test("a Title with several values is an option", async () => {
		const [draft] = await draftsOf(
			csvOf(row("a", { "Option1 Name": "Title", "Option1 Value": "Red" }), {
				Handle: "a",
				"Option1 Value": "Blue",
				"Variant Price": "1",
			}),
		);
		expect(draft?.options).toEqual([{ name: "Title", values: ["Red", "Blue"] }]);
	});

	test("names may be repeated, but not changed", async () => {
		const first = row("a", { "Option1 Name": "Size", "Option1 Value": "S" });
		const second = { Handle: "a", "Option1 Value": "L", "Variant Price": "1" };
		expect(await csvErrors(csvOf(first, { ...second, "Option1 Name": "size" }))).toEqual([]);
		expect(await csvErrors(csvOf(first, { ...second, "Option1 Name": "Colour" }))).toEqual(["3:Option1 Name:OPTION_NAME_CHANGED"]);
	});

	test.each([
		[{ "Option1 Name": "Size", "Option1 Value": "" }, "2:Option1 Value:OPTION_VALUE_MISSING"],
		[{ "Option1 Value": "S" }, "2:Option1 Value:OPTION_NAME_MISSING"],
		[{ "Option1 Name": "__proto__", "Option1 Value": "S" }, "2:Option1 Name:OPTION_NAME_INVALID"],
		[
			{ "Option1 Name": "Size", "Option1 Value": "S", "Option2 Name": "SIZE", "Option2 Value": "M" },
			"2:Option2 Name:OPTION_NAME_REPEATED",
		],
		[{ "Option4 Name": "Size" }, "2:Option4 Name:OPTIONS_TOO_MANY"],
	])("%j is rejected", async (cells, complaint) => {
		const file = csvOf(row("a", cells), row("b"));
		expect(await csvErrors(file)).toEqual([complaint]);
		expect((await draftsOf(file)).map(({ handle }) => handle)).toEqual(["b"]);
	});
});
