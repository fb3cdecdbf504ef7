import { rowsOf, type Finding } from "./findings";

const finding = (name: string, value: number): Finding => ({ name, unit: "ms", target: `<= ${name}`, values: [value] });

test("rows of several builds meet by name; what one lacks it has not measured", () => {
	const rows = rowsOf(
		new Map([
			["this", [finding("a", 1)]],
			["other", [finding("a", 2), finding("b", 3)]],
		]),
	);
	expect(rows.map(({ name, target }) => [name, target])).toEqual([
		["a", "<= a"],
		["b", "<= b"],
	]);
	expect(rows[0]!.figures).toMatchObject([
		{ build: "this", values: [1] },
		{ build: "other", values: [2] },
	]);
	expect(rows[1]!.figures).toMatchObject([
		{ build: "this", values: [] },
		{ build: "other", values: [3] },
	]);
});
