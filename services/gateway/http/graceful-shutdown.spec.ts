import { Agent, createServer, request, type IncomingMessage } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { gatewayWorld, type GatewayWorld } from "@tests/support/gateway";
import { eventually, world } from "@tests/support/world";
import { gateway } from "../gateway.service";

interface Seen {
	readonly status: number;
	readonly closes: boolean;
	readonly text: string;
}

const ask = (port: number, method: string, path: string, agent?: Agent): Promise<Seen> =>
	new Promise((resolve, reject) => {
		const req = request({ port, host: "127.0.0.1", method, path, ...(agent && { agent }) }, (res: IncomingMessage) => {
			let text = "";
			res.on("data", (chunk: Buffer) => (text += chunk.toString()));
			res.on("error", reject);
			res.on("end", () => {
				resolve({ status: res.statusCode ?? 0, closes: res.headers.connection === "close", text });
			});
		});
		req.on("error", reject);
		req.end();
	});

const gate = (edge: GatewayWorld) => {
	let open: () => void = () => undefined;
	edge.shop.gate = new Promise((resolve) => (open = resolve));
	return open;
};

test("a request in flight is answered and its connection closed; readiness reports the shutdown", async () => {
	const edge = await gatewayWorld();
	const open = gate(edge);
	const agent = new Agent({ keepAlive: true, maxSockets: 2 });
	const [slow] = [ask(edge.port, "POST", "/v1/slow", agent), await ask(edge.port, "GET", "/health/live", agent)];
	await eventually(() => edge.shop.calls.has("slow"), "the slow request");
	const stopped = edge.stop();
	const ready = await ask(edge.port, "GET", "/health/ready", agent);
	expect(ready).toMatchObject({ status: 503, closes: true, text: '{"status":"stopping"}' });
	open();
	expect(await slow).toMatchObject({ status: 200, closes: true });
	await stopped;
	await expect(ask(edge.port, "GET", "/health/live")).rejects.toMatchObject({ code: "ECONNREFUSED" });
	agent.destroy();
});

test("under load every received request is answered and no connection is reset", async () => {
	const edge = await gatewayWorld();
	const failures: string[] = [];
	let answered = 0;
	let running = true;
	const client = async (index: number): Promise<void> => {
		const agent = new Agent({ keepAlive: true, maxSockets: 1 });
		const path = index % 2 === 0 ? "/v1/catalogue/a" : "/v1/things?limit=2";
		while (running) {
			try {
				const { status } = await ask(edge.port, "GET", path, agent);
				if (status === 200) answered += 1;
				else failures.push(String(status));
			} catch (cause) {
				const { code } = cause as NodeJS.ErrnoException;
				if (code === "ECONNREFUSED") break;
				failures.push(String(code));
				break;
			}
		}
		agent.destroy();
	};
	const clients = Array.from({ length: 20 }, (_, index) => client(index));
	await eventually(() => answered > 500, "some load");
	const before = performance.now();
	await edge.stop();
	running = false;
	await Promise.all(clients);
	expect(failures).toEqual([]);
	expect(performance.now() - before).toBeLessThan(5_000);
});

test("idle and silent connections do not delay the shutdown", async () => {
	const edge = await gatewayWorld();
	const agent = new Agent({ keepAlive: true });
	await ask(edge.port, "GET", "/health/live", agent);
	const silent = connect(edge.port, "127.0.0.1");
	await new Promise((resolve) => silent.once("connect", resolve));
	const before = performance.now();
	await edge.stop();
	expect(performance.now() - before).toBeLessThan(5_000);
	agent.destroy();
	silent.destroy();
});

test("a port in use is reported, and the program does not start", async () => {
	const other = createServer();
	await new Promise<void>((resolve) => other.listen(0, resolve));
	const { port } = other.address() as AddressInfo;
	await expect(world([(runtime) => gateway(runtime, [])], { env: { PORT: String(port) } })).rejects.toThrow(`port ${port} is in use`);
	other.close();
});
