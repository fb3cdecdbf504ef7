import { median, minimum, present, ratio } from "./numbers";

test("the median is the middle, or the mean of the two in the middle, whatever the order", () => {
	expect(median([10, 1, 2])).toBe(2);
	expect(median([10, 1, 2, 4])).toBe(3);
	expect(median([])).toBeUndefined();
});

test("the minimum of none is unknown", () => {
	expect(minimum([3, 2, 5])).toBe(2);
	expect(minimum([])).toBeUndefined();
});

test("a ratio is unknown where one side is, or the divisor is 0", () => {
	expect(ratio(3, 2)).toBe(1.5);
	expect(ratio(undefined, 2)).toBeUndefined();
	expect(ratio(3, undefined)).toBeUndefined();
	expect(ratio(3, 0)).toBeUndefined();
});

test("only what was measured counts; 0 was measured", () => {
	expect(present([1, undefined, 0])).toEqual([1, 0]);
});
