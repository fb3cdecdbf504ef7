import { resolve } from "node:path";
import { InvalidOptionError, parseOptions } from "./options";

const parse = (...args: string[]) => parseOptions(args, ["orders", "boot"]);

test("without options all of the embedded profile is measured", () => {
	expect(parse()).toEqual({
		smoke: false,
		profiles: ["embedded"],
		against: undefined,
		rounds: undefined,
		layouts: ["recommended", "apart"],
		copies: 2,
		only: undefined,
	});
});

test("options are read", () => {
	expect(parse("--against", "x", "--rounds", "3", "--only", "boot,orders", "--smoke")).toMatchObject({
		smoke: true,
		against: resolve("x"),
		rounds: 3,
		only: ["boot", "orders"],
	});
	expect(parse("--cluster", "--layout", "apart", "--copies", "1")).toMatchObject({
		profiles: ["cluster"],
		layouts: ["apart"],
		copies: 1,
	});
	expect(parse("--mongo").profiles).toEqual(["mongo"]);
	expect(parse("--all").profiles).toEqual(["embedded", "cluster"]);
});

test.each([
	["--rounds", "0"],
	["--rounds", "many"],
	["--copies", "-1"],
	["--only", "lunch"],
	["--layout", "odd"],
	["--mongo", "--cluster"],
	["--all", "--cluster"],
	["--unknown"],
	["surplus"],
])("%s %s is refused", (...args) => {
	expect(() => parse(...args)).toThrow(InvalidOptionError);
});
