import { parseCores } from "./cores";

test.each([
	["0", [0]],
	["0-1", [0, 1]],
	["0-2,8,10-11", [0, 1, 2, 8, 10, 11]],
])("the list %j", (list, cores) => {
	expect(parseCores(list)).toEqual(cores);
});
