import { Type } from "@sinclair/typebox";
import { action } from "@kernel/contract";
import { Strict } from "@kernel/schemas";
import { routesOf } from "./routes";

const open = { returns: Type.Object({}), permission: "public" } as const;

test("a contract without a path has no route", () => {
	expect(routesOf([action("a.b", { ...open, params: Strict({}) })])).toEqual([]);
});

test.each([
	["has an undeclared path parameter", action("a.b", { ...open, params: Strict({}), rest: "GET /v1/a/{id}" })],
	["is internal", action("a.b", { ...open, permission: "internal", params: Strict({}), rest: "GET /v1/a" })],
	["accepts undeclared parameters", action("a.b", { ...open, params: Type.Object({}), rest: "GET /v1/a" })],
])("a contract with a route that %s is rejected", (_, contract) => {
	expect(() => routesOf([contract])).toThrow(contract.name);
});

test("two contracts must not share a path, whatever the names of its parameters", () => {
	const one = action("a.one", { ...open, params: Strict({ id: Type.String() }), rest: "GET /v1/a/{id}" });
	const two = action("a.two", { ...open, params: Strict({ key: Type.String() }), rest: "GET /v1/a/{key}" });
	expect(() => routesOf([one, two])).toThrow("a.two");
});
