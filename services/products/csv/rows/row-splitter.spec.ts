import fc from "fast-check";
import { rowFramer } from "./row-framer";
import { splitFirstCells, splitRows, type Row } from "./row-splitter";

const pieces = fc.constantFrom("a", "B-1", " ", '"', '""', ",", "\n", "\r\n", "é", "\t", "\u0000", ",,", '"x,y"', "a,b,c\n");

/** Whether spaces around cells are kept depends on the other rows of the batch, so callers trim the cells. */
const trimmed = (row: Row): Row => (row.flaw ? row : { ...row, cells: row.cells.map((cell) => cell.trim()) });

test("first cells equal those of split rows; broken rows of several lines are never reduced to their first cell", () => {
	let bare = 0;
	fc.assert(
		fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
			const { feed, end } = rowFramer(",");
			const rows = [...feed(Buffer.from(parts.join(""))), ...end()];
			const shape = { columns: 3, delimiter: "," };
			const whole = splitRows(rows, shape);
			const first = splitFirstCells(rows, shape);
			expect(first).toHaveLength(whole.length);
			first.forEach((cell, index) => {
				const row = whole[index]!;
				if (typeof cell !== "string") expect(trimmed(cell)).toEqual(trimmed(row));
				else if (row.flaw) {
					expect(row.text.startsWith(cell)).toBe(true);
					expect(row.text).not.toMatch(/[\r\n]/);
				} else {
					bare += 1;
					expect(row.cells[0]!.trim()).toBe(cell.trim());
				}
			});
		}),
		{ numRuns: 2_000 },
	);
	expect(bare).toBeGreaterThan(100);
});
