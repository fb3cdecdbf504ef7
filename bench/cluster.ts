/** `npm run bench -- --cluster`: browsing and buying with more and more nodes, what a call costs, and which process the time goes to. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mongo } from "mongoose";
import { ServiceBroker } from "moleculer";
import { readSettings } from "@config/env";
import { engineUrls } from "../cli/cluster/engines";
import { GROUPS, layout } from "../cli/cluster/layout";
import { startNode, stopAll } from "../cli/cluster/node";
import { proxy } from "../cli/cluster/proxy";
import { freePort } from "../cli/free-port";
import { brokerOptions } from "../moleculer.config";
import { checkout } from "./buying";
import { drive, hammer, type Measured } from "./http";
import { pagesOf, told } from "./pages";
import { ADMIN } from "./shop";

export interface ClusterBench {
	readonly copies: readonly number[];
	readonly seconds: number;
	readonly products: number;
	/** Fills a shop with products of the bench's catalogue. */
	readonly fill: (url: string, products: number) => Promise<unknown>;
	readonly row: (what: string, load: number | string, measured: Measured, note?: string) => void;
}

type Urls = Readonly<Record<string, string>>;

/** Names and data that are nobody else's. */
const apart = (urls: Urls): { readonly settings: Record<string, string>; readonly drop: () => Promise<void> } => {
	const name = `bench_${randomBytes(6).toString("hex")}`;
	const database = new URL(urls["MONGO_URL"]!);
	database.pathname = `/${name}`;
	const folder = mkdtempSync(join(tmpdir(), "tianguis-bench-"));
	return {
		settings: { ...urls, MONGO_URL: database.href, NAMESPACE: name, DATA_DIR: folder, METRICS_PORT: "0", LOG_LEVEL: "error" },
		drop: async () => {
			rmSync(folder, { recursive: true, force: true });
			const client = new mongo.MongoClient(database.href);
			await client.db(name).dropDatabase();
			await client.close();
		},
	};
};

const ENGINES: Readonly<Record<string, string>> = { "beam.smp": "RabbitMQ", mongod: "MongoDB", "redis-server": "Redis" };
const TICKS_PER_SECOND = 100;

/** Seconds of processor time that each has used: nodes by what they host, engines by name. Of a machine whose /proc cannot be read, nothing. */
const used = (nodes: ReadonlyMap<number, string>): Map<string, number> => {
	const times = new Map<string, number>();
	for (const entry of process.platform === "linux" ? readdirSync("/proc") : []) {
		if (!/^\d+$/.test(entry)) continue;
		try {
			const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
			const name = nodes.get(Number(entry)) ?? ENGINES[stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"))];
			if (name === undefined) continue;
			const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
			times.set(name, (times.get(name) ?? 0) + (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND);
		} catch {
			// it has ended meanwhile
		}
	}
	const { user, system } = process.cpuUsage();
	return times.set("this bench", (user + system) / 1e6);
};

/** Of one core, the largest first. */
const shares = (before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>, seconds: number): string =>
	[...after]
		.map(([name, time]) => [name, Math.round((100 * (time - (before.get(name) ?? 0))) / seconds)] as const)
		.filter(([, share]) => share > 0)
		.sort(([, a], [, b]) => b - a)
		.map(([name, share]) => `${name} ${share} %`)
		.join(", ");

const AT_ONCE = 16;
/** Times the measurement. */
const WARM_UP = 4;
/** Different pages of one shop: two sizes of lists, and products. */
const PATHS = [
	...Array.from({ length: 50 }, (_, n) => `/v1/products?limit=${n + 1}`),
	...Array.from({ length: 50 }, (_, n) => `/v1/products?vendor=Vendor%20${n}`),
	...Array.from({ length: 100 }, (_, n) => `/v1/products/bench-${n}`),
];

const LONG_S = 600;

/** Each page once of each gateway, which knows none of them. */
const browseOnce = (ports: readonly number[]): Promise<Measured> =>
	drive(
		async (turn) => {
			const response = await fetch(`http://127.0.0.1:${ports[turn % ports.length]!}${PATHS[Math.floor(turn / ports.length)]!}`);
			await response.arrayBuffer();
			if (response.status !== 200) throw new Error(String(response.status));
		},
		AT_ONCE,
		LONG_S,
		ports.length * PATHS.length,
	);

const ROUND_MS = 500;
const QUIET_MS = 8_000;
const MOST_MS = 60_000;

/** What an import changed is heard of by all nodes, stock and all, some seconds later. From then on nothing changes, and nobody is asked. */
const settled = async (ports: readonly number[], metricsPorts: readonly number[]): Promise<void> => {
	const begun = performance.now();
	for (let [since, calls] = [begun, -1]; performance.now() - since < QUIET_MS && performance.now() - begun < MOST_MS;) {
		await browseOnce(ports);
		const { remoteCalls } = await pagesOf(metricsPorts);
		if (remoteCalls !== calls) [since, calls] = [performance.now(), remoteCalls];
		await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
	}
};

/** Through whatever gateway the entrance chooses. */
const browse = (url: string, seconds: number): Promise<Measured> =>
	hammer(
		url,
		AT_ONCE,
		seconds,
		PATHS.map((path) => ({ method: "GET", path })),
	);

const withNodes = async (copies: number, urls: Urls, { seconds, products, fill, row }: ClusterBench): Promise<void> => {
	const { settings, drop } = apart(urls);
	const entrance = proxy();
	const env = { ...settings, PORT: "0", DEMO: "false", RATE_LIMITS: "off", ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password };
	const nodes = await Promise.all(
		layout(GROUPS, copies).map(async (place) => {
			const metricsPort = place.services.includes("gateway") ? await freePort() : 0;
			return { metricsPort, ...(await startNode(place, { ...env, METRICS_PORT: String(metricsPort) }, () => undefined)) };
		}),
	);
	try {
		const ports = nodes.flatMap(({ port }) => port ?? []);
		const metricsPorts = nodes.flatMap(({ port, metricsPort }) => (port === undefined ? [] : metricsPort));
		entrance.to(ports);
		await new Promise<void>((listening) => entrance.server.listen(0, "127.0.0.1", listening));
		const url = `http://127.0.0.1:${(entrance.server.address() as AddressInfo).port}`;
		await fill(url, products);
		const hosts = new Map(nodes.map(({ pid, services }) => [pid, services.join("+")]));
		const measured = async (what: string, run: () => Promise<Measured>): Promise<void> => {
			const pages = await pagesOf(metricsPorts);
			const [begun, before] = [performance.now(), used(hosts)];
			const result = await run();
			const took = (performance.now() - begun) / 1_000;
			const after = used(hosts);
			row(`${what}, ${copies} of each`, AT_ONCE, result, told(pages, await pagesOf(metricsPorts)));
			console.log(`    of one core: ${shares(before, after, took)}`);
		};
		await measured(`${PATHS.length} pages, at first`, () => browseOnce(ports));
		await settled(ports, metricsPorts);
		await measured(`${PATHS.length} pages, again and again`, () => browse(url, seconds));
		await measured("product page (20)", () => hammer(`${url}/v1/products?limit=20`, AT_ONCE, seconds));
		// Processes that have just started compile what they do often: for longer than the measurement lasts.
		await drive((turn) => checkout(url, `BENCH-${turn % products}-S`), AT_ONCE, WARM_UP * seconds);
		await measured("guest checkout, whole", () => drive((turn) => checkout(url, `BENCH-${turn % products}-S`), AT_ONCE, seconds));
	} finally {
		entrance.server.close();
		await stopAll(nodes);
		await drop();
	}
};

const CALLS = 500;

/** One call after the other, and many at once, to an action that does nothing: on the same node, and on another. */
const calls = async (urls: Urls, { seconds, row }: ClusterBench): Promise<void> => {
	const { settings, drop } = apart(urls);
	const node = (): ServiceBroker => new ServiceBroker(brokerOptions(readSettings(settings)));
	const [near, far] = [node(), node()];
	far.createService({ name: "far", actions: { echo: { handler: ({ params }: { params: unknown }) => params } } });
	near.createService({ name: "near", actions: { echo: { handler: ({ params }: { params: unknown }) => params } } });
	await Promise.all([near.start(), far.start()]);
	await near.waitForServices("far");
	const params = { text: "x".repeat(1_000) };
	for (const action of ["near.echo", "far.echo"]) {
		const one = (): Promise<void> => near.call<unknown, object>(action, params).then(() => undefined);
		for (let warm = 0; warm < CALLS; warm++) await one();
		for (const atOnce of [1, 64])
			row(action === "far.echo" ? "call over RabbitMQ" : "call in the process", atOnce, await drive(one, atOnce, seconds));
	}
	await Promise.all([near.stop(), far.stop()]);
	await drop();
};

/** @throws where an engine is nowhere: in one line for whoever runs it */
export const clusterBench = async (bench: ClusterBench): Promise<void> => {
	const urls = engineUrls(readSettings(undefined, []));
	await calls(urls, bench);
	for (const copies of bench.copies) await withNodes(copies, urls, bench);
};
