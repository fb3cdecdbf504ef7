import { routeTable } from "./route-table";

const entry = (alias: string) => {
	const [method = "", path = ""] = alias.split(" ");
	return { method, path, target: alias };
};
const table = routeTable(
	[
		"GET /",
		"GET /docs",
		"GET /docs/{file}",
		"GET /v1/products",
		"GET /v1/products/{id}",
		"PATCH /v1/products/{id}",
		"POST /v1/products/import",
		"POST /v1/products/{id}/images",
		"GET /v1/products/import/report",
		"GET /v1/products/{id}/{part}/raw",
	].map(entry),
);
const find = (alias: string) => {
	const [method = "", path = ""] = alias.split(" ");
	const match = table.find(method, path);
	return match && [match.target, { ...match.parameters }];
};

test.each<[string, string, object]>([
	["GET /", "GET /", {}],
	["GET /docs", "GET /docs", {}],
	["GET /docs/swagger-ui.css", "GET /docs/{file}", { file: "swagger-ui.css" }],
	["GET /v1/products/a", "GET /v1/products/{id}", { id: "a" }],
	["GET /v1/products/a%2Fb%20c", "GET /v1/products/{id}", { id: "a/b c" }],
	["GET /v1/products/__proto__", "GET /v1/products/{id}", { id: "__proto__" }],
	["POST /v1/products/import", "POST /v1/products/import", {}],
	["POST /v1/products/a/images", "POST /v1/products/{id}/images", { id: "a" }],
	["GET /v1/products/a/b/raw", "GET /v1/products/{id}/{part}/raw", { id: "a", part: "b" }],
])("%s leads to %s", (address, target, parameters) => {
	expect(find(address)).toEqual([target, parameters]);
});

test("a path parameter matches where the literal segment leads to no route", () => {
	expect(find("GET /v1/products/import")).toEqual(["GET /v1/products/{id}", { id: "import" }]);
	expect(find("GET /v1/products/import/report")).toEqual(["GET /v1/products/import/report", {}]);
	expect(find("GET /v1/products/import/b/raw")).toEqual(["GET /v1/products/{id}/{part}/raw", { id: "import", part: "b" }]);
});

test.each([
	"GET /v1",
	"GET /v1/products/",
	"GET //v1/products",
	"GET /v1//products",
	"GET /V1/products",
	"GET /v1/%70roducts",
	"GET /v1/products/a/b",
	"GET /docs/a/b",
	"PUT /v1/products/a",
	"HEAD /v1/products",
	"GET ",
	"GET v1/products",
	"GET x/docs",
])("%s leads nowhere", (address) => {
	expect(find(address)).toBeUndefined();
});

test("returns the methods of a path", () => {
	const methods = (path: string) => [...table.methodsOf(path)].sort();
	expect(methods("/v1/products/a")).toEqual(["GET", "PATCH"]);
	expect(methods("/v1/products/import")).toEqual(["GET", "PATCH", "POST"]);
	expect(methods("/v1/products/")).toEqual([]);
	expect(methods("/nowhere")).toEqual([]);
});
