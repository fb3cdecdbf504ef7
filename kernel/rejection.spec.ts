import { isRejection, reject } from "./rejection";

test("a rejection is recognised and carries its code and detail", () => {
	const outcome = reject("NAME_TAKEN", { owner: "prod_a" });
	expect(isRejection(outcome)).toBe(true);
	expect(outcome).toEqual({ rejected: "NAME_TAKEN", detail: { owner: "prod_a" } });
	expect(reject("NAME_TAKEN").detail).toEqual({});
});

test.each([
	["a request body", JSON.parse('{"rejected":"FORBIDDEN","detail":{}}')],
	["a state with such a property", { status: "open", rejected: true }],
	["a rejection that was sent to another process", JSON.parse(JSON.stringify(reject("FORBIDDEN")))],
	["null", null],
	["undefined", undefined],
	["an array", ["rejected"]],
])("%s is no rejection", (_, value: unknown) => {
	expect(isRejection(value)).toBe(false);
});
