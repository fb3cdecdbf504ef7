import { csvErrors, csvOf, draftsOf, errorsOf, row } from "@tests/support/csv";

const HEADER = "Handle,Title,Variant Price,Body (HTML),Tags\n";
const handlesIn = async (file: string): Promise<string[]> => (await draftsOf(file)).map(({ handle }) => handle);

describe("the cell separator", () => {
	const file = csvOf(row("a", { "Body (HTML)": 'one "two"\nthree' }), row("b", { Tags: "x" }));

	test.each([
		["semicolons", ";"],
		["tabs", "\t"],
	])("may be %s, as spreadsheets write them", async (_, delimiter) => {
		const same = file.replaceAll(",", delimiter);
		expect(await draftsOf(same)).toEqual(await draftsOf(file));
		expect(await csvErrors(same.replace("1.00", "12,50"))).toEqual(["2:Variant Price:PRICE_INVALID"]);
		expect(await csvErrors(`${same}c${delimiter}"C\n`)).toEqual(["5::CSV_MALFORMED"]);
	});

	test("is the comma if several are possible", async () => {
		expect((await draftsOf("Handle,Title,Variant Price,Tags\na,A;B,1,x;y\n"))[0]).toMatchObject({ title: "A;B", tags: ["x;y"] });
	});

	test.each([",", ";", "\t"])("may be announced: %j", async (delimiter) => {
		const announced = `sep=${delimiter}\r\n${file.replaceAll(",", delimiter)}`;
		expect((await draftsOf(announced)).map(({ handle, variants }) => [handle, variants[0]?.line])).toEqual([
			["a", 3],
			["b", 5],
		]);
	});
});

describe("rows without trailing cells", () => {
	test("are valid if adjacent rows lack the same number, as Excel writes them", async () => {
		expect(await handlesIn(`${HEADER}a,A,1\nb,B,1\nc,C,1,x,y\n`)).toEqual(["a", "b", "c"]);
		expect(await handlesIn(`${HEADER}a,A,1,x,y\nb,B,1,x\nc,C,1,x\n`)).toEqual(["a", "b", "c"]);
	});

	test.each([
		["a single row", "b,B,1,x\n"],
		["the last row of the file, which may be truncated", "b,B,1"],
		["several rows of different lengths", "b,B,1\nb,B,1,x\n"],
	])("are malformed otherwise: %s", async (_, rows) => {
		const codes = (await errorsOf(`${HEADER}a,A,1,x,y\n${rows}`)).map(({ code }) => code);
		expect(new Set(codes)).toEqual(new Set(["CSV_MALFORMED"]));
		expect(await handlesIn(`${HEADER}a,A,1,x,y\n${rows}`)).toEqual(["a"]);
	});

	test("never where there are too many: a comma in a price, say", async () => {
		expect(await csvErrors(`${HEADER}a,A,12,50,,\nb,B,12,50,,\n`)).toEqual(["2::CSV_MALFORMED", "3::CSV_MALFORMED"]);
	});
});

test("the chunk boundaries do not affect short rows", async () => {
	const filler = "x".repeat(65_000);
	const file = `${HEADER}a,A,1,${filler},y\nb,B,1,${filler}\nc,C,1,${filler}\nd,D,1,x\n`;
	expect(await handlesIn(file)).toEqual(["a", "b", "c", "d"]);
});
