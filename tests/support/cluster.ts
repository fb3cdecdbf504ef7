import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { Connection } from "rabbitmq-client";
import { CONSUMERS } from "@services/consumers";
import { readSnapshot, type StoreSnapshot } from "../../cli/check/snapshot";
import { layout, LAYOUTS } from "../../cli/cluster/layout";
import { startNode, stopAll, type Node } from "../../cli/cluster/node";
import { freshDatabase, freshNamespace } from "./engines";
import { onDatabase } from "./mongo";
import { ADMIN } from "./shopper";

/** Differs from the recommended layout: a checkout spans several processes. */
export const SPLIT = ["gateway", "auth,users,products,inventory,notifications", "carts,orders,payments,shipping"];
export const WEBHOOK_SECRET = "a webhook secret for tests";

export interface EngineUrls {
	readonly redisUrl: string;
	readonly amqpUrl: string;
	readonly mongoUrl: string;
}

/** A cluster of several processes with its own namespace and data in the engines. */
export interface Cluster {
	/** URL of a gateway. Each read returns the next one. */
	readonly url: string;
	/** URLs of all running gateways. */
	readonly urls: readonly string[];
	readonly nodes: readonly Node[];
	/** Settings of the nodes. */
	readonly env: Readonly<Record<string, string>>;
	/** Output of the nodes, by line. */
	readonly said: readonly string[];
	/** The folder in which all nodes write mails. */
	readonly folder: string;
	/** Starts one more node with these services. */
	start(services: string, more?: Readonly<Record<string, string>>): Promise<Node>;
	snapshot(): Promise<StoreSnapshot>;
	/** @returns exit codes of the running nodes; null: the node had to be killed */
	stop(): Promise<(number | null)[]>;
	/** Removes all its data from the engines. */
	discard(): Promise<void>;
}

export const startCluster = async (
	{ redisUrl, amqpUrl, mongoUrl }: EngineUrls,
	{
		groups = LAYOUTS.recommended,
		copies = 2,
		env: more = {},
	}: { groups?: readonly string[]; copies?: number; env?: Record<string, string> } = {},
): Promise<Cluster> => {
	const namespace = freshNamespace();
	const database = freshDatabase(mongoUrl);
	const folder = mkdtempSync(join(tmpdir(), "tianguis-cluster-"));
	const env = {
		...{ REDIS_URL: redisUrl, AMQP_URL: amqpUrl, MONGO_URL: database, NAMESPACE: namespace, DATA_DIR: folder },
		...{ NODE_ENV: "test", PORT: "0", METRICS_PORT: "0", DEMO: "false", RATE_LIMITS: "off", LOG_LEVEL: "warn", SERVICES: "" },
		...{ ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password, TEST_WEBHOOK_SECRET: WEBHOOK_SECRET },
		...more,
	};
	const nodes = new Set<Node>();
	const said: string[] = [];
	let turn = 0;

	const start: Cluster["start"] = async (services, own = {}) => {
		const node = await startNode({ name: services, services: services.split(",") }, { ...env, ...own }, (line) => said.push(line));
		nodes.add(node);
		void node.ended.then(() => nodes.delete(node));
		return node;
	};
	const urls = (): string[] => [...nodes].flatMap(({ port }) => (port === undefined ? [] : `http://127.0.0.1:${port}`));
	await Promise.all(layout(groups, copies).map(({ services }) => start(services.join(","))));

	return {
		env,
		said,
		folder,
		get url() {
			const all = urls();
			return all[turn++ % all.length]!;
		},
		get urls() {
			return urls();
		},
		get nodes() {
			return [...nodes];
		},
		start,
		snapshot: () => readSnapshot({ mongoUrl: database, dataDir: folder }),
		async stop() {
			const running = [...nodes];
			await stopAll(running);
			return Promise.all(running.map(({ ended }) => ended));
		},
		async discard() {
			await onDatabase(database, (db) => db.dropDatabase());
			const rabbit = new Connection(amqpUrl);
			const queues = [...CONSUMERS.map(({ name }) => name), "events.dead"];
			await Promise.all(queues.map((name) => rabbit.queueDelete(`${namespace}.${name}`)));
			await Promise.all(["events", "events.dead"].map((name) => rabbit.exchangeDelete({ exchange: `${namespace}.${name}` })));
			await rabbit.close();
			const redis = new Redis(redisUrl);
			const keys = await redis.keys(`*${namespace}*`);
			if (keys.length > 0) await redis.del(keys);
			redis.disconnect();
			rmSync(folder, { recursive: true, force: true });
		},
	};
};

/**
 * Problems in the output of a cluster with available engines: errors, and lines that are not log lines. Warnings are allowed: on a slow machine
 * calls may time out.
 */
export const troublesOf = ({ said }: Pick<Cluster, "said">): string[] =>
	said.filter((line) => !/^\{"level":"(warn|info|debug|trace)"|^Tianguis is ready\.$|^ {2}[A-Z]\w+ /.test(line));
