import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { readSnapshot } from "../cli/check/snapshot";
import { ENV } from "./embedded";
import { startEngines, type EngineName, type RunningEngine } from "./engines";
import { eventTap, type EventTap } from "./event-tap";
import type { SystemUnderTest, SystemOptions } from "./system-under-test";
import { createNode } from "./node";
import { proxy, type Proxy } from "./faulty-link";

/** The services of each process. Each kind has two nodes. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
	gateway: ["gateway"],
	products: ["products", "inventory", "carts"],
	orders: ["orders", "payments", "shipping"],
	people: ["auth", "users", "notifications"],
};
const SETTINGS: Readonly<Record<EngineName, string>> = { redis: "REDIS_URL", rabbitmq: "AMQP_URL", mongodb: "MONGO_URL" };

export const NODES = Object.keys(GROUPS).flatMap((group) => [`${group}-1`, `${group}-2`]);

/** The same server through a link. The MongoDB driver must not discover the direct addresses of the replica set. */
const through = ({ name, url }: RunningEngine, port: number, database: string): string => {
	const other = new URL(url);
	other.hostname = "127.0.0.1";
	other.port = String(port);
	if (name !== "mongodb") return other.href;
	other.pathname = `/${database}`;
	other.search = "?directConnection=true";
	return other.href;
};

const portOf = ({ url }: RunningEngine): number => Number(new URL(url).port);

/** A cluster with two processes of each kind and its own engines. Every connection runs through a link that can be cut. */
export const cluster = async ({
	program,
	folder,
	seed,
	env = {},
	preload = ["duplicate-events.js"],
}: SystemOptions): Promise<SystemUnderTest> => {
	const { engines, stop } = await startEngines();
	const links = new Map<string, Proxy>();
	const namespace = `faults-${randomBytes(6).toString("hex")}`;
	let tap: EventTap | undefined;
	const database = `faults_${randomBytes(6).toString("hex")}`;
	const shared = {
		...ENV,
		NAMESPACE: namespace,
		JWT_SECRET: randomBytes(32).toString("hex"),
		FAULTS_SEED: seed,
		...env,
	};
	const make = async (name: string, services: readonly string[]) => {
		const urls: Record<string, string> = {};
		for (const engine of engines) {
			const line = await proxy(portOf(engine));
			links.set(`${name} to ${engine.name}`, line);
			urls[SETTINGS[engine.name]] = through(engine, line.port, database);
		}
		const own = { DATA_DIR: join(folder, name), NODE_OPTIONS: "--max-old-space-size=512" };
		return createNode({ name, program, services, env: { ...shared, ...urls, ...own }, preload, logs: join(folder, "logs") });
	};
	const end = async (): Promise<void> => {
		await tap?.close();
		await stop();
	};
	try {
		const { publications } = (tap = await eventTap(engines.find(({ name }) => name === "rabbitmq")!.url, namespace));
		const nodes = await Promise.all(NODES.map((name) => make(name, GROUPS[name.replace(/-\d$/, "")]!)));
		await Promise.all(nodes.map((node) => node.start()));
		const doors: Proxy[] = [];
		for (const { name, port } of nodes.filter((node) => node.name.startsWith("gateway"))) {
			const door = await proxy(port);
			links.set(`shoppers to ${name}`, door);
			doors.push(door);
		}
		const mongo = engines.find(({ name }) => name === "mongodb")!;
		const url = through(mongo, portOf(mongo), database);
		return {
			nodes,
			links,
			engines,
			freezeMs: 15_000,
			everyMs: 4_000,
			gateways: () => doors.map(({ port }) => `http://127.0.0.1:${port}`),
			publications: () => publications,
			snapshot: () => readSnapshot({ mongoUrl: url, dataDir: folder }),
			async close(keep) {
				await Promise.all(nodes.map((node) => node.end("SIGTERM")));
				await Promise.all([...links.values()].map((line) => line.close()));
				await end();
				if (!keep) rmSync(folder, { recursive: true, force: true });
			},
		};
	} catch (cause) {
		await end();
		throw cause;
	}
};
