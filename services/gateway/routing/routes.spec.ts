import { Type } from "@sinclair/typebox";
import { action } from "@kernel/contract";
import { Strict } from "@kernel/schemas";
import { routesOf } from "./routes";

const open = { returns: Type.Object({}), permission: "public" } as const;

test("a contract without an address has no route", () => {
	expect(routesOf([action("a.b", { ...open, params: Strict({}) })])).toEqual([]);
});

test.each([
	["names a place that is no parameter", action("a.b", { ...open, params: Strict({}), rest: "GET /v1/a/{id}" })],
	["nobody may use", action("a.b", { ...open, permission: "internal", params: Strict({}), rest: "GET /v1/a" })],
	["takes what it does not declare", action("a.b", { ...open, params: Type.Object({}), rest: "GET /v1/a" })],
])("an address that %s is a mistake of ours", (_, contract) => {
	expect(() => routesOf([contract])).toThrow(contract.name);
});

test("so are two for one address, whatever its places are called", () => {
	const one = action("a.one", { ...open, params: Strict({ id: Type.String() }), rest: "GET /v1/a/{id}" });
	const two = action("a.two", { ...open, params: Strict({ key: Type.String() }), rest: "GET /v1/a/{key}" });
	expect(() => routesOf([one, two])).toThrow("a.two");
});
