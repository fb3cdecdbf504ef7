import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import express from "express";
import { bearer, gatewayWorld, send, type GatewayWorld } from "@tests/support/gateway";

let edge: GatewayWorld;
let server: Server;
let url: string;

beforeAll(async () => {
	edge = await gatewayWorld({ listens: false });
	const app = express();
	app.use("/parsed", express.json(), edge.service.express());
	app.use("/shop", edge.service.express());
	app.use((_req, res) => {
		res.status(404).send("the application's own");
	});
	server = app.listen(0);
	await new Promise((resolve) => server.once("listening", resolve));
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
	server.closeAllConnections();
	server.close();
	await edge.stop();
});

test("the gateway works under a mount path, and its URLs contain it", async () => {
	const { status, headers, json } = await send(`${url}/shop/v1/things`, "POST", { name: "mug" });
	expect([status, headers.get("location")]).toEqual([201, `/shop/v1/things/${json.id}`]);
	expect((await send(url + (headers.get("location") ?? ""), "GET")).json.name).toBe("mug");
	expect((await send(`${url}/shop`, "GET")).json.links.documentation).toBe("/shop/docs");
	expect((await send(`${url}/shop/openapi.json`, "GET")).json.servers).toEqual([{ url: "/shop" }]);
	expect((await send(`${url}/shop/docs`, "GET")).text).toContain('src="/shop/docs/swagger-ui-bundle.js"');
	expect(edge.service.server).toBeUndefined();
});

test("queries, roles and cached pages work as without a mount", async () => {
	expect((await send(`${url}/shop/v1/things?tag=a&tag=b&option.Size=M`, "GET")).json.seen).toEqual({
		tag: ["a", "b"],
		"option.Size": "M",
	});
	expect((await send(`${url}/shop/v1/things?a[$gt]=1`, "GET")).status).toBe(400);
	expect((await send(`${url}/shop/v1/admin/things/a/poke`, "POST", {}, bearer("support"))).status).toBe(200);
	for (let time = 0; time < 2; time++) expect((await send(`${url}/shop/v1/catalogue/a`, "GET")).json).toEqual({ name: "a", edition: 1 });
	expect(edge.shop.calls.get("page")).toBe(1);
});

test("unknown routes go to the application; a wrong method is rejected", async () => {
	const foreign = await send(`${url}/shop/v1/nowhere`, "GET");
	expect([foreign.status, foreign.text]).toEqual([404, "the application's own"]);
	expect((await send(`${url}/shop/v1/things`, "PUT", {})).json.code).toBe("METHOD_NOT_ALLOWED");
});

test("a body that the application has parsed is used and validated", async () => {
	expect((await send(`${url}/parsed/v1/things`, "POST", { name: "mug" })).status).toBe(201);
	expect((await send(`${url}/parsed/v1/things`, "POST", '{"name":"x","deep":{"__proto__":1}}')).json.code).toBe("VALIDATION_FAILED");
	expect((await send(`${url}/parsed/v1/told`, "POST")).status).toBe(200);
});
