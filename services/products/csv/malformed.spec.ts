import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { csvErrors, csvOf, draftsOf, errorsOf, itemsOf, piecemeal, row } from "@tests/support/csv";

const HEADER = "Handle,Title,Variant Price,Body (HTML)\n";
const handlesIn = async (file: string | Uint8Array): Promise<string[]> => (await draftsOf(file)).map(({ handle }) => handle);

describe("a file that is not a product CSV", () => {
	test.each([
		["", [":FILE_EMPTY"]],
		["\n\n  \n", [":FILE_EMPTY"]],
		[HEADER, [":FILE_EMPTY"]],
		[`${HEADER},,,\n\n`, [":FILE_EMPTY"]],
		["Handle,Title\na,A\n", [":HEADER_MISSING"]],
		["Name,Cost\na,1\n", [":HEADER_MISSING", ":HEADER_MISSING", ":HEADER_MISSING"]],
		["Handle|Title|Variant Price\na|A|1\n", [":HEADER_MISSING", ":HEADER_MISSING", ":HEADER_MISSING"]],
		["Handle;Title\na;A\n", [":HEADER_MISSING", ":HEADER_MISSING", ":HEADER_MISSING"]],
		["Handle,Title,title,Variant Price\na,A,B,1\n", ["Title:HEADER_DUPLICATE"]],
		['Handle,Tit"le,Variant Price\na,A,1\n', [":CSV_MALFORMED"]],
		['"Handle,Title,Variant Price\na,A,1\n', [":CSV_MALFORMED"]],
		[`Handle,Title,Variant Price${",x".repeat(1_000)}\n`, [":HEADER_TOO_LONG"]],
	])("%j", async (file, codes) => {
		const items = await itemsOf(file);
		expect(items.map((item) => item.kind === "error" && `${item.error.column}:${item.error.code}`)).toEqual(codes);
		expect(items.every((item) => item.kind === "error" && item.error.line === 1 && item.error.handle === null && !item.refused)).toBe(
			true,
		);
	});

	test.each([
		["UTF-16 with a byte order mark", Buffer.from(`\ufeff${HEADER}a,A,1,\n`, "utf16le")],
		["UTF-16 without a byte order mark", Buffer.from(`${HEADER}a,A,1,\n`, "utf16le")],
		["UTF-16 big-endian", Buffer.from(`\ufeff${HEADER}a,A,1,\n`, "utf16le").swap16()],
		["binary data", Buffer.from("48ff616e646c65", "hex")],
	])("%s", async (_, bytes) => {
		expect((await errorsOf(bytes)).map(({ line, code }) => [line, code])).toEqual([[1, "ENCODING_INVALID"]]);
	});

	test.each([
		["a spreadsheet", Buffer.from("504b0304140006000800000021", "hex")],
		["an old spreadsheet", Buffer.from("d0cf11e0a1b11ae1000000", "hex")],
		["gzip", gzipSync(HEADER)],
		["a PDF", Buffer.from("%PDF-1.7\n")],
		["an HTML page", Buffer.from("\n<!DOCTYPE html>\n<html><title>Log in</title></html>")],
		["JSON", Buffer.from('{"products":[]}')],
	])("%s is named in the error", async (_, bytes) => {
		expect((await errorsOf(bytes)).map(({ line, code }) => [line, code])).toEqual([[1, "FILE_NOT_CSV"]]);
	});
});

test("headers are matched case-insensitively, with a byte order mark and surrounding spaces", async () => {
	expect(await handlesIn('\ufeff HANDLE ,"title",\tVariant  price \na,A,1\n')).toEqual(["a"]);
	expect(await handlesIn('\ufeff"Handle",Title,Price\na,A,1\n')).toEqual(["a"]);
});

test("text that is not UTF-8 rejects its product and reports the line", async () => {
	const latin1 = Buffer.from(`${HEADER}a,A,1,\nb,B,1,"one\ntwo\nCaf\u00e9"\nc,C,1,\n`, "latin1");
	expect(
		(await errorsOf(latin1)).map(({ line, code, handle, message }) => [line, code, handle, /line (\d+)/.exec(message)?.[1]]),
	).toEqual([[3, "ENCODING_INVALID", "b", "5"]]);
	expect(await handlesIn(latin1)).toEqual(["a", "c"]);
});

describe("a malformed row rejects its product and no other", () => {
	test.each([
		["too many cells", "b,B,1,,surplus\n"],
		["too few cells", "b,B,1\n"],
		["a quote in the middle of a cell", 'b,5" pot,1,\n'],
		["text after the quote that closes a cell", 'b,"B"x,1,\n'],
		["quotes that are not doubled", 'b,B,1,"say "hello, you" to me"\n'],
	])("%s", async (_, broken) => {
		const file = `${HEADER}a,A,1,\n${broken}c,C,1,\n`;
		expect(await csvErrors(file)).toEqual(["3::CSV_MALFORMED"]);
		expect(await handlesIn(file)).toEqual(["a", "c"]);
	});

	test("also in the last row of the product", async () => {
		const sized = "Handle,Title,Variant Price,Option1 Name,Option1 Value\na,A,1,Size,S\na,,1,,L,\nb,B,1,,\n";
		expect(await csvErrors(sized)).toEqual(["3::CSV_MALFORMED"]);
		expect(await handlesIn(sized)).toEqual(["b"]);
	});

	test("an unclosed quote: products before it are imported", async () => {
		const file = `${HEADER}a,A,1,\nb,B,1,"open\nc,C,1,\nd,D,1,\n`;
		expect(await csvErrors(file)).toEqual(["3::CSV_MALFORMED"]);
		expect(await handlesIn(file)).toEqual(["a"]);
	});

	test("a quote closed by the next one in the file: products after it are imported", async () => {
		const file = `${HEADER}a,A,1,\nb,B,1,"open\nc,C,1,"closes"\nd,D,1,\n`;
		expect(await csvErrors(file)).toEqual(["3::CSV_MALFORMED"]);
		expect(await handlesIn(file)).toEqual(["a", "d"]);
	});

	test("spaces around quotes are accepted", async () => {
		expect((await draftsOf(`${HEADER} "a" , "A, B" ,1, \n`))[0]?.title).toBe("A, B");
	});
});

test.each([
	["LF", "\n"],
	["CRLF", "\r\n"],
	["CR", "\r"],
])("lines may end with %s, inside and outside quotes, and are counted as in an editor", async (_, eol) => {
	const file = ["Handle,Title,Variant Price,Body (HTML)", 'a,A,1,"one', "", 'two"', "", "b,B,?,", ""].join(eol);
	expect(await csvErrors(file)).toEqual(["6:Variant Price:PRICE_INVALID"]);
	expect((await draftsOf(file))[0]?.variants[0]?.line).toBe(2);
});

describe("a truncated file", () => {
	const sized = (handle: string) =>
		["S", "M", "L"].map((size, index) => ({
			...(index === 0
				? row(handle, { "Option1 Name": "Size", "Body (HTML)": '<p>A "long"\nstory</p>' })
				: { Handle: handle, "Variant Price": "2" }),
			...{
				"Option1 Value": size,
				"Variant SKU": `${handle}-${size}`,
				Status: index === 0 ? "active" : "",
				"Variant Weight Unit": "kg",
			},
		}));
	const file = csvOf(...sized("a"), ...sized("b"), ...sized("c"));
	const lines = file.split("\n");
	/** Offset from which the last row has all its cells, so that nothing shows that the file is truncated. */
	const completeFrom = lines.map((line, index) => lines.slice(0, index).join("\n").length + 1 + line.lastIndexOf(",") + 1);
	const completeTo = lines.map((_, index) => lines.slice(0, index + 1).join("\n").length + 1);

	test("never yields a partial product", async () => {
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 0, max: file.length }), async (length) => {
				const drafts = await draftsOf(file.slice(0, length));
				const isComplete = completeTo.some((end, index) => length >= (completeFrom[index] ?? 0) && length <= end);
				const known = isComplete ? drafts.slice(0, -1) : drafts;
				expect(known.every(({ variants }) => variants.length === 3)).toBe(true);
			}),
			{ numRuns: 300 },
		);
	});

	test("in the last cell of a row, if the row is incomplete", async () => {
		const cut = "Handle,Title,Variant Price,Status\na,A,1,active\nb,B,1,activ";
		expect(await handlesIn(cut)).toEqual(["a"]);
		expect(await handlesIn(`${cut}e`)).toEqual(["a", "b"]);
	});

	test.each([
		["Handle,Title,Variant Price,Option1 Name,Option1 Value\nmug,Mug,1,Size,S\nmug,,2,,M\n", ["m", "mu", "mug", "mug,", "mug,,2"]],
		[
			"Title,Handle,Variant Price,Option1 Name,Option1 Value\nMug,mug,1,Size,S\n,mug,2,,M\n",
			[",", ",m", ",mug", "M", "Mug,", "Mug,mu", '"Mu', '"Mug, the', '"Mug, the",mu'],
		],
	])("within a possible handle of one more row: %j", async (whole, cuts) => {
		for (const cut of cuts) {
			expect(await handlesIn(whole + cut)).toEqual([]);
			expect((await errorsOf(whole + cut)).map(({ code, handle }) => [code, handle])).toEqual([["CSV_MALFORMED", "mug"]]);
		}
	});

	test("within the handle of the next product: the one before is imported", async () => {
		expect(await handlesIn("Handle,Title,Variant Price\nmug,Mug,1\npla")).toEqual(["mug"]);
		expect(await handlesIn("Handle,Title,Variant Price\nmug,Mug,1\nmu,Mu")).toEqual(["mug"]);
	});

	test("because its source fails yields the products before and then fails", async () => {
		const source = async function* () {
			yield* piecemeal(file.slice(0, -10), 100);
			throw new Error("gone");
		};
		await expect(itemsOf(source)).rejects.toThrow("gone");
	});
});

test("the chunk boundaries of a file do not matter", async () => {
	const file = csvOf(
		row("a", { "Body (HTML)": '<p>Ñandú "quoted",\r\nand more — 🌮</p>' }),
		row("b", { Tags: "x,y" }),
		row("c", { Status: "?" }),
	);
	const expected = await itemsOf(file);
	expect(expected).toHaveLength(3);
	for (const size of [1, 2, 3, 7, 64]) {
		expect(await itemsOf(() => piecemeal(`\ufeff${file.replace(/\n(?=[abc],)/g, "\r\n")}`, size))).toEqual(expected);
	}
});

describe("a single wrong character", () => {
	const product = (handle: string) =>
		["S", "M", "L"].map((size) => ({
			...row(handle, { "Option1 Name": "Size", "Body (HTML)": '<p>A "long"\nstory</p>' }),
			...{ "Option1 Value": size, "Variant SKU": `${handle}-${size}`, Tags: "x, y" },
		}));
	const HANDLES = ["aa", "bb", "cc", "dd"];
	const file = csvOf(...HANDLES.flatMap(product));

	test("never yields a partial product without an error", async () => {
		const edit = fc.record({
			at: fc.integer({ min: file.indexOf("\n") + 1, max: file.length - 2 }),
			removed: fc.integer({ min: 0, max: 1 }),
			inserted: fc.constantFrom('"', ",", "\n", "", "x", '""', '",', ',"'),
		});
		await fc.assert(
			fc.asyncProperty(edit, async ({ at, removed, inserted }) => {
				const items = await itemsOf(file.slice(0, at) + inserted + file.slice(at + removed));
				const named = items.map((item) => (item.kind === "error" ? item.error.handle : item.draft.handle));
				// a handle with a different spelling is another product
				fc.pre(named.every((handle) => handle === null || HANDLES.includes(handle)));
				const complained = items.flatMap((item) => (item.kind === "error" ? item.error.handle : []));
				const half = items.flatMap((item) =>
					item.kind === "product" && item.draft.variants.length !== 3 ? item.draft.handle : [],
				);
				expect(half.filter((handle) => !complained.includes(handle))).toEqual([]);
			}),
			{ numRuns: 400 },
		);
	});
});

test("any bytes are read to the end of the file", async () => {
	const piece = fc.oneof(
		fc.constantFrom('"', ",", "\n", "\r", "a", "Handle,Title,Variant Price\n", "a,A,1\n", "'", "=", " "),
		fc.string({ unit: "binary", maxLength: 5 }),
	);
	await fc.assert(
		fc.asyncProperty(fc.array(piece, { maxLength: 40 }), fc.uint8Array({ maxLength: 10 }), async (pieces, noise) => {
			const bytes = Buffer.concat([Buffer.from(`${HEADER}a,A,1,\n${pieces.join("")}`), noise]);
			const items = await itemsOf(bytes);
			expect(items.length).toBeGreaterThan(0);
			const refused = items.filter((item) => item.kind === "error" && item.refused).length;
			const rows = items.reduce((sum, item) => sum + item.rows, 0);
			expect(rows).toBeGreaterThanOrEqual(refused);
		}),
	);
});
