/** Measures many nodes over engines. No other program should use the engines meanwhile, because their counters include all clients. */
import { readSettings } from "@config/env";
import { engineUrls } from "../../cli/cluster/engines";
import { LAYOUTS, type LayoutName } from "../../cli/cluster/layout";
import { startBare, type Bare } from "../bare";
import { buildsOf } from "../builds";
import { fill } from "../import-products";
import { useAllCores } from "../cores";
import type { Options } from "../options";
import type { Row } from "../report";
import { FEW_PRODUCTS, PRODUCTS } from "../skus";
import { sleep } from "../wait-for-mails";
import { browsing } from "./browsing";
import { calls } from "./calls";
import { openCounters } from "./counters";
import { rowsOf, type Finding } from "./findings";
import { startCluster } from "./nodes";
import { orderFindings } from "./order-findings";
import { measureOrders, type Amounts } from "./orders";
import { engineProcesses, nodeProcesses } from "./processes";

const TARGETS: Readonly<Record<LayoutName, string>> = { recommended: "<= 300 replies", apart: "<= 450 replies" };
const FULL: Amounts = { warmUp: 1_000, rounds: 4, ordersOfRound: 250, bareReplies: 4_000, settleMs: 10_000, idleMs: 20_000 };
const TINY: Amounts = { warmUp: 10, rounds: 1, ordersOfRound: 10, bareReplies: 200, settleMs: 100, idleMs: 500 };
/** Commands per second above which MongoDB is in use. Its own monitors cause fewer. */
const BUSY_PER_S = 2;
const POLL_INTERVAL_MS = 3_000;
const PAGES_S = 5;

type Counters = ReturnType<typeof openCounters>;

const warnIfBusy = async (counters: Counters): Promise<void> => {
	const find = async (): Promise<number> => (await counters.read([])).mongo["find"]!;
	const before = await find();
	await sleep(POLL_INTERVAL_MS);
	if (((await find()) - before) * 1_000 > BUSY_PER_S * POLL_INTERVAL_MS)
		console.error("WARNING: other programs use these engines; their work is counted as well. Bring up your own: npm run engines -- up");
};

interface Ground {
	readonly engines: Readonly<Record<string, string>>;
	readonly counters: Counters;
	readonly bare: Bare;
	readonly options: Options;
}

/** Starts one layout of one build, measures it and stops it. */
const measureLayout = async (layout: LayoutName, workingCopy: string, ground: Ground): Promise<Finding[]> => {
	const { engines, counters, bare, options } = ground;
	const connectionsBefore = (await counters.read([])).mongoConnections;
	const cluster = await startCluster({ workingCopy, groups: LAYOUTS[layout], copies: options.copies, engines });
	try {
		await fill({ url: cluster.urls[0]! }, options.smoke ? FEW_PRODUCTS : PRODUCTS);
		const title = { layout: `${layout}, ${cluster.nodes.length} nodes`, target: TARGETS[layout] };
		const processes = [...nodeProcesses(cluster.nodes), ...engineProcesses(engines)];
		const amounts = { ...(options.smoke ? TINY : FULL), ...(options.rounds !== undefined && { rounds: options.rounds }) };
		const measured = await measureOrders({ cluster, processes, counters, bare }, amounts);
		const pages = options.smoke ? [] : await browsing(title.layout, cluster, PAGES_S);
		return [...orderFindings(title, measured, processes, connectionsBefore), ...pages];
	} finally {
		await cluster.stop();
	}
};

export const clusterRows = async (options: Options): Promise<Row[]> => {
	useAllCores();
	const engines = engineUrls(readSettings(undefined, []));
	const counters = openCounters({ mongoUrl: engines["MONGO_URL"]!, redisUrl: engines["REDIS_URL"]! });
	const bare = await startBare();
	const builds = buildsOf(options.against);
	const found = new Map(builds.map(({ name }) => [name, [] as Finding[]]));
	try {
		await warnIfBusy(counters);
		for (const layout of options.layouts)
			for (const { name, folder } of builds) {
				console.error(`measuring the layout ${layout} (${name}) ...`);
				found.get(name)!.push(...(await measureLayout(layout, folder, { engines, counters, bare, options })));
			}
		found.get("this")!.push(...(await calls(engines, options.smoke ? 0.2 : PAGES_S)));
	} finally {
		bare.stop();
		await counters.close();
	}
	return rowsOf(found);
};
