import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { proxy, type Proxy } from "./faulty-link";

describe("a line that can be made bad", () => {
	let server: Server;
	let line: Proxy;
	const ask = async (): Promise<string> => (await fetch(`http://127.0.0.1:${line.port}/`, { signal: AbortSignal.timeout(300) })).text();

	beforeEach(async () => {
		server = createServer((_, response) => response.setHeader("connection", "close").end("x".repeat(100_000)));
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		line = await proxy((server.address() as AddressInfo).port);
	});
	afterEach(async () => {
		await line.close();
		await new Promise((resolve) => server.close(resolve));
	});

	test("lets everything through as it is", async () => {
		expect(await ask()).toHaveLength(100_000);
	});

	test("refuses while it is severed, and no longer", async () => {
		line.sever();
		await expect(ask()).rejects.toThrow();
		line.mend();
		expect(await ask()).toHaveLength(100_000);
	});

	test("holds back while it hangs; what waited comes when it is mended", async () => {
		line.hang();
		await expect(ask()).rejects.toThrow();
		const waiting = ask();
		line.mend();
		expect(await waiting).toHaveLength(100_000);
	});

	test("is slow by as much as it is told, in both directions", async () => {
		line.delay(40);
		const begun = performance.now();
		expect(await ask()).toHaveLength(100_000);
		expect(performance.now() - begun).toBeGreaterThan(75);
	});
});
