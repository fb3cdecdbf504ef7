import { itemsOf } from "@tests/support/csv";
import { LIMITS } from "./limits";

const HEADER = "Handle,Title,Variant Price,Body (HTML)\n";
const MIB = 1_048_576;

const file = (...parts: readonly (string | { readonly filler: string; readonly bytes: number })[]) =>
	async function* (): AsyncGenerator<Uint8Array> {
		for (const part of parts) {
			if (typeof part === "string") {
				yield await Promise.resolve(Buffer.from(part));
				continue;
			}
			const block = Buffer.alloc(LIMITS.sliceBytes, part.filler);
			for (let left = part.bytes; left > 0; left -= block.length) yield await Promise.resolve(block.subarray(0, left));
		}
	};

const outcome = async (source: () => AsyncIterable<Uint8Array>) =>
	(await itemsOf(source)).map((item) =>
		item.kind === "product" ? item.draft.handle : `${item.error.line}:${item.error.column}:${item.error.code}:${item.error.handle}`,
	);

test("a cell of 100 MB rejects its product without using memory", async () => {
	const before = process.memoryUsage().rss;
	const source = file(`${HEADER}a,A,1,\nb,B,1,"`, { filler: "x ", bytes: 100 * MIB }, '"\nb,,2,\nc,C,1,\n');
	expect(await outcome(source)).toEqual(["a", "3:Body (HTML):CELL_TOO_LARGE:b", "c"]);
	expect(process.memoryUsage().rss - before).toBeLessThan(100 * MIB);
});

test.each([
	["a bare cell", "b,B,1,", "\n"],
	["one with doubled quotes", 'b,B,1,"""', '"\n'],
])("%s just above and just below the limit", async (_, before, after) => {
	const sized = (bytes: number) => file(`${HEADER}a,A,1,\n${before}`, { filler: "y", bytes }, `${after}c,C,1,\n`);
	expect(await outcome(sized(LIMITS.cellBytes + 1))).toContain("3:Body (HTML):CELL_TOO_LARGE:b");
	expect(await outcome(sized(LIMITS.cellBytes - 10))).toContain("3:Body (HTML):DESCRIPTION_TOO_LONG:b");
});

test("an unclosed quote in a file of 50 MB", async () => {
	const source = file(`${HEADER}a,A,1,\nb,"B`, { filler: "c,C,1,\n", bytes: 50 * MIB });
	expect(await outcome(source)).toEqual(["a", "3:Title:CELL_TOO_LARGE:b"]);
});

test("a row with millions of cells", async () => {
	const source = file(`${HEADER}a,A,1,\nb`, { filler: ",", bytes: 20 * MIB }, "\nc,C,1,\n");
	expect(await outcome(source)).toEqual(["a", "3::CELL_TOO_LARGE:b", "c"]);
});

test("a header row with millions of cells", async () => {
	expect(await outcome(file({ filler: "a,", bytes: 10 * MIB }, "\nc,C,1,\n"))).toEqual(["1::HEADER_TOO_LONG:null"]);
});

test("many small rows of one product", async () => {
	const rows = "a,,1,\n".repeat(10_000);
	const items = await itemsOf(file(`${HEADER}a,A,1,\n`, ...Array.from({ length: 20 }, () => rows), "b,B,1,\n"));
	expect(items.reduce((sum, item) => sum + item.rows, 0)).toBe(200_002);
	expect(items.at(-1)).toMatchObject({ kind: "product", draft: { handle: "b" } });
});

test("reading a file in memory yields to the event loop", async () => {
	let turns = 0;
	let reading = true;
	const turn = (): void => {
		turns++;
		if (reading) setImmediate(turn);
	};
	setImmediate(turn);
	const rows = Array.from({ length: 40_000 }, (_, index) => `p${index},P,1,\n`).join("");
	const items = await itemsOf(Buffer.from(HEADER + rows));
	reading = false;
	expect(items).toHaveLength(40_000);
	expect(turns).toBeGreaterThan(5);
});
