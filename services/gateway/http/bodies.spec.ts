import { createHash } from "node:crypto";
import { connect, type Socket } from "node:net";
import { Readable } from "node:stream";
import { bearer, gatewayWorld, send, type GatewayWorld } from "@tests/support/gateway";
import { MAX_JSON_BYTES } from "./body";

let edge: GatewayWorld;
beforeAll(async () => {
	edge = await gatewayWorld({ timeouts: { headersMs: 300, bodyMs: 300 } });
});
afterAll(() => edge.stop());

/** A client that writes raw bytes and reads until the connection ends. */
const raw = () => {
	const socket: Socket = connect(edge.port, "127.0.0.1");
	let answer = "";
	const ended = new Promise<string>((resolve, reject) => {
		socket.on("data", (chunk) => (answer += chunk.toString()));
		socket.on("error", reject);
		socket.on("close", () => {
			resolve(answer);
		});
	});
	return { socket, ended };
};

const head = (path: string, ...headers: readonly string[]) =>
	[`POST ${path} HTTP/1.1`, "Host: x", "Content-Type: application/json", ...headers, "", ""].join("\r\n");
const json = (bytes: number) => `{"name":"${"x".repeat(bytes - 11)}"}`;

describe("a JSON body", () => {
	test("is accepted up to one mebibyte, and rejected above", async () => {
		expect((await send(`${edge.url}/v1/things`, "POST", json(MAX_JSON_BYTES))).json.code).toBe("VALIDATION_FAILED");
		expect((await send(`${edge.url}/v1/things`, "POST", json(MAX_JSON_BYTES + 1))).json).toMatchObject({
			status: 413,
			code: "BODY_TOO_LARGE",
		});
	});

	test("is answered during the upload if it is much too large, and the connection ends cleanly", async () => {
		const { socket, ended } = raw();
		socket.write(head("/v1/things", "Content-Length: 8000000"));
		for (let sent = 0; sent < 8_000_000; sent += 100_000) socket.write(Buffer.alloc(100_000, 120));
		const answer = await ended;
		expect(answer).toMatch(/^HTTP\/1\.1 413 [\s\S]*\r\nConnection: close[\s\S]*"code":"BODY_TOO_LARGE"/i);
	});

	test("is counted if its length is not declared", async () => {
		const { socket, ended } = raw();
		socket.write(head("/v1/things", "Transfer-Encoding: chunked"));
		for (let chunk = 0; chunk < 30; chunk++) socket.write(`10000\r\n${"x".repeat(65_536)}\r\n`);
		socket.write("0\r\n\r\n");
		expect(await ended).toMatch(/^HTTP\/1\.1 413 [\s\S]*"code":"BODY_TOO_LARGE"/);
	});

	test("is rejected with 408 if it arrives too slowly", async () => {
		const { socket, ended } = raw();
		socket.write(`${head("/v1/things", "Content-Length: 20")}{`);
		expect(await ended).toMatch(/^HTTP\/1\.1 408 [\s\S]*"code":"REQUEST_TOO_SLOW"/);
	});

	test("may be cut off without harm", async () => {
		const { socket, ended } = raw();
		socket.write(`${head("/v1/things", "Content-Length: 20")}{`);
		socket.destroy();
		await ended;
		expect((await send(`${edge.url}/health/live`, "GET")).status).toBe(200);
	});
});

describe("HTTP itself", () => {
	test("endless headers are cut off", async () => {
		const { socket, ended } = raw();
		socket.write("GET /v1/things HTTP/1.1\r\nHost: x\r\n");
		const drip = setInterval(() => socket.write("X-More: 1\r\n"), 100);
		const answer = await ended.catch(() => "reset");
		clearInterval(drip);
		expect(answer).toMatch(/^HTTP\/1\.1 408 |^reset$/);
	});

	test.each([
		["two lengths", "POST /v1/things HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n{}"],
		[
			"a length and chunks",
			"POST /v1/things HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
		],
		["a folded chunk size", "POST /v1/things HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n 1\r\nx\r\n0\r\n\r\n"],
		["no HTTP at all", "HELLO\r\n\r\n"],
		["a missing host", "GET /v1/things HTTP/1.1\r\n\r\n"],
	])("%s: the request is rejected, and the rest of the input is ignored", async (_, bytes) => {
		const { socket, ended } = raw();
		socket.write(bytes);
		const answer = await ended;
		expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*application\/problem\+json[\s\S]*"requestId":"req_/);
		expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
	});

	test("CONNECT is rejected, and unknown expectations are ignored", async () => {
		const [tunnel, expecting] = [raw(), raw()];
		tunnel.socket.write("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n");
		expect(await tunnel.ended).toMatch(/^HTTP\/1\.1 405 [\s\S]*"code":"METHOD_NOT_ALLOWED"/);
		expecting.socket.write("GET /v1/things HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\nConnection: close\r\n\r\n");
		expect(await expecting.ended).toMatch(/^HTTP\/1\.1 200 /);
	});

	test("headers that are too large are rejected", async () => {
		const { socket, ended } = raw();
		socket.write(`GET /v1/things HTTP/1.1\r\nHost: x\r\nX-Large: ${"x".repeat(20_000)}\r\n\r\n`);
		expect(await ended).toMatch(/^HTTP\/1\.1 431 [\s\S]*"code":"HEADERS_TOO_LARGE"/);
	});
});

describe("a CSV body", () => {
	const upload = (body: RequestInit["body"], query = "", headers: Record<string, string> = { "content-type": "text/csv" }) =>
		fetch(`${edge.url}/v1/admin/things/import${query}`, {
			method: "POST",
			body,
			headers: { ...headers, ...bearer("catalog") },
			duplex: "half",
		} as RequestInit);

	test("is streamed at any size", async () => {
		const line = Buffer.from(`${"a,b,c,d".repeat(1_000)}\n`);
		const lines = Array.from({ length: 2_000 }, () => line);
		const response = await upload(Readable.toWeb(Readable.from(lines)), "?dryRun=true");
		const sha256 = createHash("sha256").update(Buffer.concat(lines)).digest("hex");
		expect(await response.json()).toEqual({ bytes: line.length * lines.length, sha256, dryRun: true });
	});

	test("must be of type text/csv, with valid query parameters", async () => {
		expect((await upload("{}", "", { "content-type": "application/json" })).status).toBe(415);
		expect((await upload("a", "", { "content-type": "text/csv", "content-encoding": "gzip" })).status).toBe(415);
		expect((await upload("a", "?dryRun=perhaps")).status).toBe(400);
		expect((await upload("a", "?currency=EUR")).status).toBe(400);
	});

	test("is answered during the upload if the action rejects it", async () => {
		const { socket, ended } = raw();
		const auth = "Authorization: Bearer catalog";
		socket.write(
			`POST /v1/admin/things/import?refuse=true HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n${auth}\r\nContent-Length: 30000000\r\n\r\n`,
		);
		for (let sent = 0; sent < 30_000_000; sent += 1_000_000) socket.write(Buffer.alloc(1_000_000, 120));
		expect(await ended).toMatch(/^HTTP\/1\.1 409 [\s\S]*"code":"IMPORT_IN_PROGRESS"/);
	});

	test("is rejected unread if its declared length exceeds the limit", async () => {
		const { socket, ended } = raw();
		socket.write(
			`POST /v1/admin/things/import HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nAuthorization: Bearer catalog\r\nContent-Length: 600000000\r\n\r\n`,
		);
		socket.on("data", (chunk: Buffer) => {
			if (chunk.includes("BODY_TOO_LARGE")) socket.destroy();
		});
		expect(await ended).toMatch(/^HTTP\/1\.1 413 [\s\S]*"code":"BODY_TOO_LARGE"/);
	});

	test("is sent as an attachment", async () => {
		const response = await fetch(`${edge.url}/v1/admin/things/export`, { headers: bearer("support") });
		expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
		expect(response.headers.get("content-disposition")).toBe('attachment; filename="things.csv"');
		expect(await response.text()).toBe("a,b\n1,2\n");
		expect((await fetch(`${edge.url}/v1/admin/things/export`, { method: "HEAD", headers: bearer("support") })).status).toBe(200);
	});
});
