import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceBroker, type Middleware } from "moleculer";
import { readSettings } from "@config/env";
import { startProgram, type Program } from "@config/program";
import type { GatewayService } from "@services/gateway/gateway.service";
import { CATALOGUE_CHANGED, CATALOGUE_PULSE, Products, type Product } from "@services/products/products.contract";
import { brokerOptions } from "../moleculer.config";
import { EVENTS, SERVICE_FACTORIES } from "../services";
import { CONSUMERS } from "../services/consumers";
import { describeWith, engines, freshDatabase, freshNamespace } from "./support/engines";
import { eventually, QUIET } from "./support/world";

const PROMISED_MS = 2_000;
/** Paths of one page each. */
const URLS = Array.from({ length: 20 }, (_, index) => `/v1/products?limit=${index + 1}`);

describeWith("redis", "rabbitmq", "mongodb", "a gateway before two nodes that keep the catalogue", () => {
	const folder = mkdtempSync(join(tmpdir(), "tianguis-"));
	const muted = new Set<string>();
	let asked = 0;
	let programs: Program[] = [];
	let nodes: ServiceBroker[] = [];
	let url: string;
	let mug: Product;

	const spy: Middleware = {
		name: "Spy",
		broadcast: (next: (event: string, ...rest: unknown[]) => Promise<void>) =>
			((event: string, ...rest: unknown[]) => (muted.has(event) ? Promise.resolve() : next(event, ...rest))) as never,
		call: (next: (name: string, ...rest: unknown[]) => Promise<unknown>) =>
			((name: string, ...rest: unknown[]) => {
				if (name.startsWith("products.")) asked += 1;
				return next(name, ...rest);
			}) as never,
	};

	beforeAll(async () => {
		const { mongoUrl, redisUrl, amqpUrl } = engines();
		const database = freshDatabase(mongoUrl!);
		const namespace = freshNamespace();
		const start = (name: string, services: readonly string[]) => {
			const settings = readSettings({
				NODE_ENV: "test",
				PORT: "0",
				METRICS_PORT: "0",
				LOG_LEVEL: "fatal",
				RATE_LIMITS: "off",
				DATA_DIR: join(folder, name),
				NAMESPACE: namespace,
				MONGO_URL: database,
				REDIS_URL: redisUrl!,
				AMQP_URL: amqpUrl!,
			});
			const options = brokerOptions(settings);
			return startProgram({
				settings,
				broker: () => new ServiceBroker({ ...options, middlewares: [...(options.middlewares ?? []), spy] }),
				services: services.map((service) => SERVICE_FACTORIES[service]!),
				events: EVENTS,
				consumers: CONSUMERS,
				log: QUIET,
			});
		};
		programs = await Promise.all([start("a", ["inventory", "products"]), start("b", ["products"]), start("c", ["gateway"])]);
		for (const program of programs) program.markReady();
		nodes = programs.slice(0, 2).map(({ broker }) => broker);
		const edge = programs[2]!.broker.getLocalService("gateway") as unknown as GatewayService;
		url = `http://127.0.0.1:${(edge.server!.address() as AddressInfo).port}`;
		const input = { title: "Clay mug", status: "active", variants: [{ sku: "MUG", price: { amount: 900, currency: "EUR" } }] };
		mug = await nodes[0]!.call(Products.create.name, input, { nodeID: nodes[0]!.nodeID });
		await eventually(async () => (await titles()).every((title) => title === "Clay mug"), "both show it");
	}, 60_000);
	afterAll(async () => {
		await Promise.all(programs.map((program) => program.stop()));
		rmSync(folder, { recursive: true, force: true });
	}, 60_000);
	beforeEach(() => {
		muted.clear();
	});

	const title = async (path: string): Promise<string | undefined> => {
		const response = await fetch(url + path);
		expect(response.status).toBe(200);
		return ((await response.json()) as { items: Product[] }).items[0]?.title;
	};
	const titles = () => Promise.all(URLS.map(title));
	/** Reads all pages until no call for a page has been made for this long. */
	const quiet = async (forMs: number): Promise<number> => {
		let [since, before, reads] = [performance.now(), asked, 0];
		await eventually(
			async () => {
				await titles();
				if (asked !== before) [since, before, reads] = [performance.now(), asked, 0];
				else reads += URLS.length;
				return performance.now() - since > forMs;
			},
			"nobody is asked",
			30_000,
		);
		return reads;
	};
	/** Time in ms after an edit through this node during which a request still returned the old page. */
	const staleMs = async (broker: ServiceBroker, name: string): Promise<number> => {
		await broker.call(Products.update.name, { id: mug.id, title: name }, { nodeID: broker.nodeID });
		const edited = performance.now();
		let last = 0;
		await eventually(async () => {
			const at = performance.now() - edited;
			const isShown = (await titles()).every((shown) => shown === name);
			if (!isShown) last = at;
			return isShown && at > PROMISED_MS + 500;
		}, "all pages show the edit");
		return last;
	};

	test("answers for longer than it would believe a silent node, and asks nobody", async () => {
		expect(await quiet(2 * PROMISED_MS)).toBeGreaterThan(100);
	}, 40_000);

	test.each([
		{ lost: [], within: 1_000 },
		{ lost: [CATALOGUE_CHANGED], within: PROMISED_MS },
		{ lost: [CATALOGUE_CHANGED, CATALOGUE_PULSE], within: PROMISED_MS },
	])(
		"shows an edit through either node within $within ms where these are lost: $lost",
		async ({ lost, within }) => {
			await quiet(100);
			for (const event of lost) muted.add(event);
			for (const node of nodes) expect(await staleMs(node, `${node.nodeID} ${lost.length}`)).toBeLessThan(within);
		},
		60_000,
	);

	test("asks again once the nodes are heard again, and then nobody", async () => {
		expect(await quiet(PROMISED_MS)).toBeGreaterThan(100);
	}, 40_000);
});
