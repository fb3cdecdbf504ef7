import { tableOf, type Row } from "./report";

const row: Row = {
	name: "an order",
	unit: "CPU ms",
	target: "<= 35 replies",
	figures: [
		{ build: "this", values: [3, 2, 4], replyMs: 0.1, perSecond: 103.4 },
		{ build: "other", values: [6, 5, 8], replyMs: 0.2 },
	],
};
const cellsOf = (line: string): string[] =>
	line
		.split("|")
		.slice(1, -1)
		.map((cell) => cell.trim());
const linesOf = (rows: readonly Row[]): string[][] => tableOf(rows).split("\n").map(cellsOf);

test("a comparison shows median and least of both builds, and both ratios", () => {
	const [head, , own, other] = linesOf([row]);
	expect(head).toEqual(["", "build", "median (min)", "bare replies", "this / other", "rate", "target"]);
	expect(own).toEqual(["an order", "this", "3.00 (2.00) CPU ms", "30.0", "", "103/s", "<= 35 replies"]);
	expect(other).toEqual(["", "other", "6.00 (5.00) CPU ms", "30.0", "0.50 (0.40)", "", ""]);
});

test("one build needs no column for its name and no ratio", () => {
	const [head, , own] = linesOf([{ ...row, figures: row.figures.slice(0, 1) }]);
	expect(head).toHaveLength(5);
	expect(own).toEqual(["an order", "3.00 (2.00) CPU ms", "30.0", "103/s", "<= 35 replies"]);
});

test("what is not measured is said, and is not compared", () => {
	const [, , own, other] = linesOf([{ ...row, figures: [{ build: "this", values: [] }, row.figures[1]!] }]);
	expect(own![2]).toBe("not measured");
	expect(other![4]).toBe("");
});

test("all lines have as many cells as the head", () => {
	const lines = linesOf([
		row,
		{
			name: "memory",
			unit: "MB",
			figures: [
				{ build: "this", values: [128] },
				{ build: "other", values: [0] },
			],
		},
	]);
	for (const line of lines) expect(line).toHaveLength(lines[0]!.length);
});

test("figures have about three digits, whatever their size and sign", () => {
	const shown = (value: number): string => linesOf([{ name: "x", unit: "ms", figures: [{ build: "this", values: [value] }] }])[2]![1]!;
	expect([1_234.5, 12.34, 1.234, 0.0123, -123.4, 0].map(shown)).toEqual([
		"1235 ms",
		"12.3 ms",
		"1.23 ms",
		"0.012 ms",
		"-123 ms",
		"0.00 ms",
	]);
});
