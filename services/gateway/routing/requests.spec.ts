import { gatewayWorld, send, type GatewayWorld } from "@tests/support/gateway";

let edge: GatewayWorld;
beforeAll(async () => {
	edge = await gatewayWorld();
});
afterAll(() => edge.stop());

const get = (path: string, headers?: Record<string, string>) => send(edge.url + path, "GET", undefined, headers);
const post = (path: string, body?: unknown, headers?: Record<string, string>) => send(edge.url + path, "POST", body, headers);
const patch = (path: string, body?: unknown) => send(edge.url + path, "PATCH", body);
const paths = ({ json }: { json: { errors?: { path: string }[] } }) => json.errors?.map(({ path }) => path);

describe("the query string", () => {
	test("is converted by the schema", async () => {
		const { json } = await get("/v1/things?limit=5&flag=true&tag=a&tag=b&kind=a&option.Size=M&email=a%2Bb+c");
		expect(json.seen).toEqual({ limit: 5, flag: true, tag: ["a", "b"], kind: "a", "option.Size": "M", email: "a+b c" });
	});

	test.each([
		["limit=x", "/limit"],
		["limit=1.5", "/limit"],
		["limit=0", "/limit"],
		["limit=101", "/limit"],
		["limit=", "/limit"],
		["limit=1&limit=2", "/limit"],
		["flag=1", "/flag"],
		["kind=c", "/kind"],
		["unknown=1", "/unknown"],
		["limit[$gt]=1", "/limit[$gt]"],
		["email[$ne]=null", "/email[$ne]"],
		["tag[]=a", "/tag[]"],
		["__proto__=x", "/__proto__"],
		["__proto__[x]=1", "/__proto__[x]"],
		["constructor=x", "/constructor"],
		["option.=M", "/option."],
	])("%s is rejected with its name", async (query, path) => {
		const refused = await get(`/v1/things?${query}`);
		expect([refused.status, refused.json.code]).toEqual([400, "VALIDATION_FAILED"]);
		expect(paths(refused)).toContain(path);
	});

	test("is rejected if it is wrongly encoded", async () => {
		expect((await get("/v1/things?email=%zz")).json).toMatchObject({ code: "VALIDATION_FAILED" });
	});

	test("does not override body or path, nor does the body override the path", async () => {
		const { json } = await post("/v1/things", { name: "mug" });
		expect(paths(await patch(`/v1/things/${json.id}?name=x`, {}))).toEqual(["/name"]);
		expect(paths(await patch(`/v1/things/${json.id}?id=x`, {}))).toEqual(["/id"]);
		expect(paths(await patch(`/v1/things/${json.id}`, { id: "another" }))).toEqual(["/id"]);
		expect((await patch(`/v1/things/${json.id}`, { id: json.id, name: "cup" })).json.name).toBe("cup");
	});
});

test("an invalid id in the path is not found, whatever other errors there are", async () => {
	const name = "x".repeat(129);
	expect((await get(`/v1/things/${name}`)).json).toMatchObject({ status: 404, code: "NOT_FOUND" });
	expect((await patch(`/v1/things/${name}`, { more: 1 })).json).toMatchObject({ status: 404, code: "NOT_FOUND" });
});

describe("a body", () => {
	test("is a JSON object in UTF-8, or empty", async () => {
		expect((await post("/v1/told")).status).toBe(200);
		expect((await post("/v1/told", "{}", { "content-type": "application/json; charset=utf-8" })).status).toBe(200);
		for (const body of ["{", "{'a':1}", "nul", '{"a":1}x'])
			expect((await post("/v1/things", body)).json).toMatchObject({ status: 400, code: "INVALID_JSON" });
		for (const body of ["[]", "1", "null", '"x"'])
			expect((await post("/v1/things", body)).json).toMatchObject({ status: 400, code: "VALIDATION_FAILED" });
		const latin = await fetch(`${edge.url}/v1/things`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: Buffer.from('{"name":"caf\xe9"}', "latin1"),
		});
		expect(((await latin.json()) as { code: string }).code).toBe("INVALID_JSON");
	});

	test.each([
		["text/plain"],
		["application/x-www-form-urlencoded"],
		["application/json; charset=latin1"],
		["multipart/form-data"],
		["application/jsonp"],
	])("of type %s is rejected", async (type) => {
		expect((await post("/v1/things", '{"name":"x"}', { "content-type": type })).json).toMatchObject({
			status: 415,
			code: "UNSUPPORTED_MEDIA_TYPE",
		});
	});

	test("is rejected if it is compressed", async () => {
		expect((await post("/v1/things", '{"name":"x"}', { "content-encoding": "gzip" })).status).toBe(415);
	});

	test("is rejected with the path of each error", async () => {
		expect(paths(await post("/v1/things", { note: 1, more: true }))?.sort()).toEqual(["/more", "/name", "/note"]);
	});

	test("cannot reach a prototype", async () => {
		for (const body of [
			'{"name":"x","__proto__":{"admin":true}}',
			'{"name":"x","deep":{"constructor":{"prototype":{"a":1}}}}',
			'{"name":"x","deep":[{"__proto__":1}]}',
		]) {
			expect((await post("/v1/things", body)).json).toMatchObject({ status: 400, code: "VALIDATION_FAILED" });
		}
		expect(({} as { admin?: unknown }).admin).toBeUndefined();
	});

	test("has a limited depth", async () => {
		const nested = (levels: number) => `{"name":"x","deep":${"[".repeat(levels)}${"]".repeat(levels)}}`;
		expect((await post("/v1/things", nested(31))).status).toBe(201);
		expect((await post("/v1/things", nested(33))).json).toMatchObject({ code: "VALIDATION_FAILED" });
		expect((await post("/v1/things", nested(200_000))).json).toMatchObject({ code: "VALIDATION_FAILED" });
	});
});
