import fc from "fast-check";
import { rowFramer, type RawRow } from "./row-framer";

/** Properties of each row, which must not depend on the sizes of the slices. */
const framed = (file: string, sizes: readonly number[]) => {
	const { feed, end } = rowFramer();
	const bytes = Buffer.from(file);
	const rows: (Omit<RawRow, "bytes"> & { text: string })[] = [];
	const take = (raw: readonly RawRow[]) => rows.push(...raw.map(({ bytes: found, ...rest }) => ({ ...rest, text: found.toString() })));
	for (let from = 0, turn = 0; from < bytes.length; turn++) {
		const size = sizes[turn % sizes.length] ?? 1;
		take(feed(bytes.subarray(from, from + size)));
		from += size;
	}
	take(end());
	return rows;
};

test("line numbers are those of an editor", () => {
	const rows = framed('a,b\r\n"x\r\n""y\ny"\rz\n\n  \n"1,2",3', [1_000]);
	expect(rows.map(({ line, cells, end, text }) => [line, cells, end, text])).toEqual([
		[1, 2, "break", "a,b"],
		[2, 1, "break", '"x\r\n""y\ny"'],
		[5, 1, "break", "z"],
		[8, 2, "file", '"1,2",3'],
	]);
});

test.each([
	['a,"b\nc', "quote"],
	['a,"b"', "file"],
	['a,b"c', "file"],
	['a, "b\nc', "quote"],
])("%j ends with the %s", (file, end) => {
	expect(framed(file, [1_000])).toMatchObject([{ end }]);
});

test("the chunk boundaries of a file do not matter", () => {
	const piece = fc.constantFrom('"', ",", "\n", "\r", "\r\n", "a", " ", "ñ", '""');
	fc.assert(
		fc.property(
			fc.array(piece, { maxLength: 40 }),
			fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
			(pieces, sizes) => {
				expect(framed(pieces.join(""), sizes)).toEqual(framed(pieces.join(""), [1_000]));
			},
		),
	);
});
