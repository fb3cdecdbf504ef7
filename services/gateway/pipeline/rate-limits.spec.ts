import { connect } from "node:net";
import { gatewayWorld, send, type GatewayWorld } from "@tests/support/gateway";
import { describeWith, engines, freshNamespace } from "@tests/support/engines";
import { addressOf, bucketOf } from "./rate-limits";

test.each([
	["::ffff:10.0.0.1", "10.0.0.1"],
	["10.0.0.1", "10.0.0.1"],
	["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
	["2001:db8:1:2::9", "2001:db8:1:2"],
	["2001:db8::9", "2001:db8:0:0"],
	["::1", "0:0:0:0"],
	[undefined, ""],
])("%s is counted as %s", (remoteAddress, client) => {
	expect(addressOf({ remoteAddress })).toBe(client);
});

test("reads, changes and password guesses are counted separately", () => {
	expect(bucketOf("GET", "/v1/products")).toBe("read");
	expect(bucketOf("HEAD", "/v1/auth/login")).toBe("read");
	expect(bucketOf("POST", "/v1/carts")).toBe("write");
	expect(bucketOf("POST", "/v1/auth/login")).toBe("auth");
});

describe("with limits", () => {
	let edge: GatewayWorld;
	beforeAll(async () => {
		edge = await gatewayWorld({ env: { RATE_LIMITS: "on" } });
	});
	afterAll(() => edge.stop());

	const login = (index: number) =>
		send(
			`${edge.url}/v1/auth/login`,
			"POST",
			{ email: `a${index}@example.com`, password: "x" },
			{ "x-forwarded-for": `10.0.0.${index}`, "x-real-ip": `10.0.0.${index}`, forwarded: `for=10.0.0.${index}` },
		);

	test("one address may guess sixty passwords a minute, whatever its forwarding headers", async () => {
		const answers = [];
		for (let index = 0; index < 61; index++) answers.push(await login(index));
		expect(answers.slice(0, 60).every(({ status }) => status === 401)).toBe(true);
		const refused = answers[60]!;
		expect([refused.status, refused.json.code]).toEqual([429, "RATE_LIMITED"]);
		const seconds = Number(refused.headers.get("retry-after"));
		expect(seconds).toBeGreaterThan(0);
		expect(seconds).toBeLessThanOrEqual(60);
		expect((await send(`${edge.url}/v1/things`, "POST", { name: "mug" })).status).toBe(201);
		expect((await send(`${edge.url}/v1/catalogue/a`, "GET")).status).toBe(200);
	});

	/** Pipelined requests on one connection, which complete before the period of the limit ends. */
	const statusesOf = (path: string, times: number): Promise<readonly string[]> =>
		new Promise((resolve, reject) => {
			const socket = connect(edge.port, "127.0.0.1");
			let text = "";
			socket.setEncoding("latin1").on("data", (chunk: string) => (text += chunk));
			socket.on("error", reject).on("close", () => {
				resolve([...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status!));
			});
			const request = `GET ${path} HTTP/1.1\r\nHost: a\r\n`;
			socket.write(`${request}\r\n`.repeat(times - 1) + `${request}Connection: close\r\n\r\n`);
		});

	test("cached pages are counted too", async () => {
		await send(`${edge.url}/v1/catalogue/b`, "GET");
		const statuses = await statusesOf("/v1/catalogue/b", 3_100);
		expect(statuses).toHaveLength(3_100);
		expect(new Set(statuses)).toEqual(new Set(["200", "429"]));
		expect((await send(`${edge.url}/health/live`, "GET")).status).toBe(200);
	});
});

describeWith("redis", "two gateways with limits", () => {
	let edges: readonly [GatewayWorld, GatewayWorld];
	beforeAll(async () => {
		const env = { RATE_LIMITS: "on", REDIS_URL: engines().redisUrl!, NAMESPACE: freshNamespace() };
		edges = [await gatewayWorld({ env }), await gatewayWorld({ env })];
	});
	afterAll(() => Promise.all(edges.map((edge) => edge.stop())));

	const ask = async (gateway: number, method: string, path: string, body?: object) =>
		(await send(`${edges[gateway % 2]!.url}${path}`, method, body)).status;

	test("count guesses together", async () => {
		const statuses = [];
		for (let n = 0; n < 64; n++) statuses.push(await ask(n, "POST", "/v1/auth/login", { email: `a${n}@example.com`, password: "x" }));
		expect(statuses.slice(0, 60)).toEqual(Array(60).fill(401));
		expect(statuses.slice(60)).toEqual(Array(4).fill(429));
	});

	test("count changes together", async () => {
		const statuses = [];
		for (let round = 0; round < 7; round++)
			statuses.push(...(await Promise.all(Array.from({ length: 100 }, (_, n) => ask(n, "POST", "/v1/told", {})))));
		expect(statuses.filter((status) => status === 200)).toHaveLength(600);
		expect(statuses.filter((status) => status === 429)).toHaveLength(100);
	});

	test("still serve reads", async () => {
		expect([await ask(0, "GET", "/v1/catalogue/a"), await ask(1, "GET", "/v1/catalogue/a")]).toEqual([200, 200]);
	});
});
