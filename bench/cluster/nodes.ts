/** Starts a cluster with a namespace, a database and a data folder that no other program uses. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mongo } from "mongoose";
import { layout, type NodePlan } from "../../cli/cluster/layout";
import { freePort } from "@config/ports";
import { login } from "../import-products";
import { startProgram, type Running } from "../program";
import { ADMIN, send } from "../shop";
import { withDatabase } from "../urls";

export interface Node extends NodePlan {
	readonly program: Running;
	readonly metricsUrl: string;
	/** Base URL of the gateway; undefined where the node hosts none. */
	readonly url: string | undefined;
}

export interface Cluster {
	readonly nodes: readonly Node[];
	/** Base URLs of the gateways. */
	readonly urls: readonly string[];
	readonly metricsUrls: readonly string[];
	readonly folder: string;
	/** Stops all nodes and removes their data. */
	stop(): Promise<void>;
}

export interface ClusterOptions {
	readonly workingCopy: string;
	/** The services of each process. */
	readonly groups: readonly string[];
	readonly copies: number;
	/** REDIS_URL, AMQP_URL and MONGO_URL. */
	readonly engines: Readonly<Record<string, string>>;
}

const READY_WITHIN_MS = 120_000;
const POLL_MS = 100;
const address = (port: number): string => `http://127.0.0.1:${port}`;

/** Waits until `attempt` succeeds. @throws if the node ends, or the time limit passes first */
const eventually = async ({ name, program }: Node, attempt: () => Promise<boolean>): Promise<void> => {
	for (const deadline = performance.now() + READY_WITHIN_MS; !(await attempt().catch(() => false));) {
		if (program.exitCode() !== undefined) throw new Error(`${name} ended with ${program.exitCode()}`);
		if (performance.now() > deadline) throw new Error(`${name} was not ready within ${READY_WITHIN_MS / 1_000} s`);
		await new Promise((resolve) => setTimeout(resolve, POLL_MS));
	}
};

const startNode = async (place: NodePlan, workingCopy: string, env: Readonly<Record<string, string>>): Promise<Node> => {
	const [port, metricsPort] = [await freePort(), await freePort()];
	const own = { ...env, PORT: String(port), METRICS_PORT: String(metricsPort) };
	return {
		...place,
		program: startProgram({ workingCopy, services: place.services, env: own, pin: false }),
		metricsUrl: `${address(metricsPort)}/metrics`,
		url: place.services.includes("gateway") ? address(port) : undefined,
	};
};

const isReady = async (url: string): Promise<boolean> => (await send(url, "GET", "/health/ready")).status === 200;
const canLogIn = async (url: string): Promise<boolean> => (await login({ url })) !== "";

/** Stops gateways first, so that the other nodes complete the requests that gateways have accepted. */
const stopNodes = async (nodes: readonly Node[]): Promise<void> => {
	for (const gateways of [true, false])
		await Promise.all(nodes.filter(({ url }) => (url !== undefined) === gateways).map(({ program }) => program.stop()));
};

export const startCluster = async ({ workingCopy, groups, copies, engines }: ClusterOptions): Promise<Cluster> => {
	const name = `bench_${randomBytes(6).toString("hex")}`;
	const folder = mkdtempSync(join(tmpdir(), "tianguis-bench-"));
	const database = withDatabase(engines["MONGO_URL"]!, name);
	const env = {
		...engines,
		MONGO_URL: database,
		NAMESPACE: name,
		DATA_DIR: folder,
		DEMO: "false",
		RATE_LIMITS: "off",
		LOG_LEVEL: "error",
		ADMIN_EMAIL: ADMIN.email,
		ADMIN_PASSWORD: ADMIN.password,
	};
	const nodes: Node[] = [];
	const stop = async (): Promise<void> => {
		await stopNodes(nodes);
		rmSync(folder, { recursive: true, force: true });
		const client = new mongo.MongoClient(database);
		await client.db(name).dropDatabase();
		await client.close();
	};
	try {
		for (const place of layout(groups, copies)) {
			const node = await startNode(place, workingCopy, env);
			nodes.push(node);
			await eventually(node, async () => (await fetch(node.metricsUrl)).ok);
		}
		for (const node of nodes.filter(({ url }) => url !== undefined))
			await eventually(node, async () => (await isReady(node.url!)) && (await canLogIn(node.url!)));
	} catch (cause) {
		await stop();
		throw cause;
	}
	return { nodes, urls: nodes.flatMap(({ url }) => url ?? []), metricsUrls: nodes.map(({ metricsUrl }) => metricsUrl), folder, stop };
};
