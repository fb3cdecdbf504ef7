import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gatewayWorld, send, type GatewayWorld } from "@tests/support/gateway";

let edge: GatewayWorld;
const folder = mkdtempSync(join(tmpdir(), "pictures-"));

beforeAll(async () => {
	writeFileSync(join(folder, "mug.svg"), "<svg/>");
	writeFileSync(join(folder, "secret.txt"), "s3cret");
	edge = await gatewayWorld({ assets: { prefix: "/demo", folder } });
});
afterAll(async () => {
	await edge.stop();
	rmSync(folder, { recursive: true });
});

const get = (path: string, headers?: Record<string, string>) => send(edge.url + path, "GET", undefined, headers);

/** `fetch` normalizes paths, so raw requests are sent. */
const untidy = (path: string) =>
	new Promise<number | undefined>((resolve, reject) => {
		request({ port: edge.port, path, host: "127.0.0.1" }, (response) => {
			response.resume();
			resolve(response.statusCode);
		})
			.on("error", reject)
			.end();
	});

test("the root page links to the entry points", async () => {
	const { json } = await get("/");
	for (const path of Object.values(json.links as Record<string, string>).filter((path) => !path.startsWith("/v1")))
		expect((await get(path)).status).toBe(200);
});

test("the health checks report live and ready", async () => {
	for (const path of ["/health/live", "/health/ready"])
		expect([(await get(path)).status, (await get(path)).json]).toEqual([200, { status: "ok" }]);
});

test("only images of the folder are served", async () => {
	const picture = await get("/demo/mug.svg");
	expect([picture.status, picture.headers.get("content-type"), picture.text]).toEqual([200, "image/svg+xml", "<svg/>"]);
	expect(picture.headers.get("content-security-policy")).toContain("default-src 'none'");
	expect((await get("/demo/mug.svg", { "if-none-match": picture.headers.get("etag") ?? "" })).status).toBe(304);
	for (const path of [
		"/demo/none.svg",
		"/demo/secret.txt",
		"/demo/",
		"/demo/../secret.txt",
		"/demo/%2e%2e%2fsecret.txt",
		"/demo/..%2fmug.svg",
		"/demo/mug.svg%00.txt",
		"/demo/mug.svg/",
	]) {
		expect(await untidy(path)).toBe(path === "/demo/mug.svg/" ? 200 : 404);
	}
});

test("the documentation page loads its own files only", async () => {
	const page = await get("/docs");
	expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
	expect(page.headers.get("content-security-policy")).toMatch(/default-src 'none'; script-src 'self';/);
	const loaded = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!);
	expect(loaded).toHaveLength(4);
	for (const path of loaded) expect([path, (await get(path)).status]).toEqual([path, 200]);
	expect(page.text).not.toMatch(/<script>|https?:\/\//);
	for (const path of ["/docs/package.json", "/docs/index.html", "/docs/..%2fpackage.json", "/docs/__proto__", "/docs/constructor"])
		expect(await untidy(path)).toBe(404);
});

test("the OpenAPI document has an entity tag", async () => {
	const { headers, json } = await get("/openapi.json");
	expect(json.openapi).toBe("3.1.0");
	expect((await get("/openapi.json", { "if-none-match": headers.get("etag") ?? "" })).status).toBe(304);
});
