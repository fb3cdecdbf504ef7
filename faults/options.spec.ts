import { InvalidArgumentsError, readOptions } from "./options";

test("three minutes of a cluster, with a seed of its own", () => {
	expect(readOptions([], () => "any")).toMatchObject({ minutes: 3, seed: "any", embedded: false, mutations: null });
});

test("what is asked for", () => {
	expect(readOptions(["--minutes", "0.5", "--seed", "s", "--mutations", "a,b", "--embedded"], () => "any")).toMatchObject({
		minutes: 0.5,
		seed: "s",
		embedded: true,
		mutations: ["a", "b"],
	});
});

test.each([[["--minutes", "soon"]], [["--minutes", "0"]], [["--what"]], [["file"]]])("%p cannot be used", (args) => {
	expect(() => readOptions(args, () => "any")).toThrow(InvalidArgumentsError);
});
