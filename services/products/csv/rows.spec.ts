import fc from "fast-check";
import { framer } from "./framing";
import { splitFirstCells, splitRows } from "./rows";

const pieces = fc.constantFrom("a", "B-1", " ", '"', '""', ",", "\n", "\r\n", "é", "\t", "\u0000", ",,", '"x,y"', "a,b,c\n");

test("first cells alone are those of the whole rows, and what is wrong is the same", () => {
	let bare = 0;
	fc.assert(
		fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
			const { feed, end } = framer(",");
			const rows = [...feed(Buffer.from(parts.join(""))), ...end()];
			const shape = { columns: 3, delimiter: "," };
			const whole = splitRows(rows, shape);
			const first = splitFirstCells(rows, shape);
			expect(first).toHaveLength(whole.length);
			first.forEach((cell, index) => {
				const row = whole[index]!;
				if (typeof cell !== "string") expect(cell).toEqual(row);
				else {
					bare += 1;
					expect([row.flaw, row.flaw ? "" : row.cells[0]]).toEqual([undefined, cell]);
				}
			});
		}),
		{ numRuns: 2_000 },
	);
	expect(bare).toBeGreaterThan(100);
});
