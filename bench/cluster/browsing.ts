/** Measures how often the gateways of a cluster serve pages without a call to another node. */
import { drive, driveAll } from "../http";
import { readMetrics, sumOf } from "../exposition";
import { sendOk } from "../shop";
import { sleep } from "../wait-for-mails";
import type { Finding } from "./findings";
import type { Cluster } from "./nodes";

const MAX_CONCURRENCY = 16;
/** Different pages: two kinds of lists, and products. */
const PATHS = [
	...Array.from({ length: 50 }, (_, n) => `/v1/products?limit=${n + 1}`),
	...Array.from({ length: 50 }, (_, n) => `/v1/products?vendor=Vendor%20${n}`),
	...Array.from({ length: 100 }, (_, n) => `/v1/products/bench-${n}`),
];

const get = (url: string, turn: number): Promise<unknown> => sendOk(url, "GET", PATHS[turn % PATHS.length]!);

/** Requests each page once from each gateway. */
const browseOnce = ({ urls }: Cluster): Promise<number> =>
	driveAll((turn) => get(urls[turn % urls.length]!, Math.floor(turn / urls.length)), MAX_CONCURRENCY, urls.length * PATHS.length);

/** Remote calls to the products service, as the nodes' Moleculer metrics count them. */
const productCalls = async ({ metricsUrls }: Cluster): Promise<number> => {
	const texts = await Promise.all(metricsUrls.map(readMetrics));
	return sumOf(texts.join("\n"), "moleculer_request_total", 'action="products.', 'type="remote"') ?? 0;
};

const ROUND_MS = 500;
const QUIET_MS = 8_000;
const MAX_MS = 60_000;

/** Waits until the gateways have processed all changes of an import, and so call no other node any more. Stops waiting after a minute. */
const settled = async (cluster: Cluster): Promise<void> => {
	const begun = performance.now();
	for (let [since, calls] = [begun, -1]; performance.now() - since < QUIET_MS && performance.now() - begun < MAX_MS;) {
		await browseOnce(cluster);
		const now = await productCalls(cluster);
		if (now !== calls) [since, calls] = [performance.now(), now];
		await sleep(ROUND_MS);
	}
};

/** @param title of the layout, used in the names of the rows */
export const browsing = async (title: string, cluster: Cluster, seconds: number): Promise<Finding[]> => {
	await browseOnce(cluster);
	await settled(cluster);
	const before = await productCalls(cluster);
	const { done, perSecond, errors } = await drive((turn) => get(cluster.urls[turn % cluster.urls.length]!, turn), MAX_CONCURRENCY, {
		seconds,
	});
	const calls = (await productCalls(cluster)) - before;
	if (errors > 0) console.error(`${errors} pages failed`);
	const values = [(1_000 * calls) / Math.max(1, done)];
	return [
		{ name: `${title}: calls to other nodes for ${PATHS.length} pages again and again`, unit: "in 1,000 pages", values, perSecond },
	];
};
