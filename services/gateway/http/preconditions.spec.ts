import { expectedVersion, isFresh } from "./preconditions";

test.each([
	[undefined, undefined],
	["*", undefined],
	[" * ", undefined],
	['"12"', 12],
	[' "12" ', 12],
	['"3", "12", "7"', 12],
	['"3", W/"12"', 3],
	['"abc", "4"', 4],
])("If-Match %j requires version %j", (header, version) => {
	expect(expectedVersion(header)).toBe(version);
});

test.each(["", "12", '"12', '12"', 'W/"12"', '"1.5"', '"-1"', '"abc"', '"1" "2"', '"9999999999999999"', '"1",', "*, *"])(
	"If-Match %j fails",
	(header) => {
		expect(() => expectedVersion(header)).toThrow(expect.objectContaining({ type: "PRECONDITION_FAILED" }));
	},
);

test("If-None-Match compares weakly", () => {
	for (const header of ['"a"', 'W/"a"', "*", '"x","a"', 'W/"x" , W/"a"']) {
		expect(isFresh(header, '"a"')).toBe(true);
		expect(isFresh(header, 'W/"a"')).toBe(true);
	}
	for (const header of [undefined, "", '"b"', "a", '"a', '"ab"']) expect(isFresh(header, '"a"')).toBe(false);
});

test("long invalid input is parsed quickly", () => {
	const before = performance.now();
	for (const piece of ['"a" ', '"a",', "W/", '"', " ,"]) isFresh(piece.repeat(4_000), '"z"');
	expect(performance.now() - before).toBeLessThan(50);
});
