import fc from "fast-check";
import { csvErrors, csvOf, draftsIn, draftsOf, errorsIn, itemsOf, row } from "@tests/support/csv";
import { LIMITS } from "./limits";

const sized = (handle: string, ...sizes: string[]) =>
	sizes.map((size, index) => ({
		...(index === 0 ? row(handle, { "Option1 Name": "Size" }) : { Handle: handle, "Variant Price": "2" }),
		"Option1 Value": size,
		"Variant SKU": `${handle}-${size}`,
	}));

const [a1, a2, a3] = sized("a", "S", "M", "L");
const variantsOf = async (file: string) =>
	(await draftsOf(file)).map(({ handle, variants }) => `${handle}:${variants.map(({ options }) => options["Size"]).join("")}`);

test("rows with the same handle are one product, wherever they are", async () => {
	const file = csvOf(a1!, a2!, row("b"), a3!, row("c"), { Handle: "a", "Image Src": "https://example.com/a.png" });
	expect(await variantsOf(file)).toEqual(["b:", "c:", "a:SML"]);
	expect((await draftsOf(file)).at(-1)?.media).toHaveLength(1);
	expect((await itemsOf(file)).map(({ rows }) => rows)).toEqual([1, 1, 4]);
});

test("an invalid row rejects the product, however far below the others", async () => {
	const file = csvOf(a1!, a2!, row("b"), { ...a3!, "Variant Price": "12,50" }, row("c"));
	expect(await csvErrors(file)).toEqual(["5:Variant Price:PRICE_INVALID"]);
	expect(await variantsOf(file)).toEqual(["b:", "c:"]);
	const broken = csvOf(a1!, a2!, row("b"), a3!, row("c")).replace("a-L", 'a"-L');
	expect(await csvErrors(broken)).toEqual(["5::CSV_MALFORMED"]);
	expect(await variantsOf(broken)).toEqual(["b:", "c:"]);
});

test("a row swallowed by an open quote rejects the product too", async () => {
	const file = csvOf(a1!, row("b"), a2!, row("c"), a3!).replace("\nb,b", '\nb,"b');
	const items = await itemsOf(file);
	expect(draftsIn(items).filter(({ handle }) => handle === "a")).toEqual([]);
	expect(errorsIn(items).length).toBeGreaterThan(0);
});

test("a row without a handle belongs to the product directly above", async () => {
	const file = csvOf(a1!, a2!, row("b"), { "Variant Price": "2", "Option1 Value": "X" }, a3!);
	expect(await csvErrors(file)).toEqual(["5:Handle:HANDLE_MISSING"]);
	expect(await variantsOf(file)).toEqual(["a:SML"]);
});

test("rows may be in any order after the first row of each product", async () => {
	const rows = [...sized("a", "S", "M", "L"), ...sized("b", "S", "M"), ...sized("c", "S"), ...sized("d", "S", "M", "L", "XL")];
	await fc.assert(
		fc.asyncProperty(fc.shuffledSubarray(rows, { minLength: rows.length, maxLength: rows.length }), async (shuffled) => {
			const ordered = [...shuffled].sort((one, other) => Number("Title" in other) - Number("Title" in one));
			const drafts = await draftsOf(csvOf(...ordered));
			expect(Object.fromEntries(drafts.map(({ handle, variants }) => [handle, variants.length]))).toEqual({ a: 3, b: 2, c: 1, d: 4 });
		}),
	);
});

test("the header may be repeated, as in concatenated files", async () => {
	const one = csvOf(a1!, a2!);
	const header = one.slice(0, one.indexOf("\n") + 1);
	expect(await variantsOf(`${one}\ufeff${header}${csvOf(...sized("b", "S")).slice(header.length)}`)).toEqual(["a:SM", "b:S"]);
});

test("pending products stay within the memory limit: the rest is rejected and every row is counted", async () => {
	const many = Math.ceil(LIMITS.parkedBytes / 2_500) + 200;
	const handles = Array.from({ length: many }, (_, index) => `p${index}`);
	const lines = [...handles.map((handle) => `${handle},P,1,\n`), ...handles.map((handle) => `${handle},,,\n`)];
	const items = await itemsOf(`Handle,Title,Variant Price,Body (HTML)\n${lines.join("")}`);
	const drafts = draftsIn(items);
	expect(drafts.length).toBeGreaterThan(many / 2);
	expect(drafts.length).toBeLessThan(many);
	expect(items.reduce((sum, { rows }) => sum + rows, 0)).toBe(2 * many);
	const refused = items.filter((item) => item.kind === "error" && item.refused);
	expect(refused).toHaveLength(many - drafts.length);
	expect(new Set(errorsIn(items).map(({ code }) => code))).toEqual(new Set(["HANDLE_REPEATED"]));
});
