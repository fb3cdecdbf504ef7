/** Measures an order in a cluster: processor time of all nodes and engines, and the calls and commands between them. */
import { bareSample, type Bare } from "../bare";
import { checkout } from "../buying";
import { drive } from "../http";
import { mailCounter } from "../mails";
import { ratio } from "../numbers";
import { skuOf } from "../skus";
import { mailsReach, sleep } from "../wait-for-mails";
import type { openCounters, Reading } from "./counters";
import { difference, type Counts } from "./counts";
import type { Cluster } from "./nodes";
import { measureAll, type CpuByName, type Process } from "./processes";

const MAX_CONCURRENCY = 16;

export interface Amounts {
	readonly warmUp: number;
	readonly rounds: number;
	readonly ordersOfRound: number;
	readonly bareReplies: number;
	/** Time for deferred writes of the nodes, in ms. */
	readonly settleMs: number;
	readonly idleMs: number;
}

export interface Site {
	readonly cluster: Cluster;
	readonly processes: readonly Process[];
	readonly counters: ReturnType<typeof openCounters>;
	readonly bare: Bare;
}

export interface Span {
	readonly wallMs: number;
	readonly cpuMs: CpuByName;
	readonly counts: Readonly<Record<"mongo" | "redis" | "messages", Counts>>;
	readonly after: Reading;
}

const span = async ({ processes, counters, cluster }: Site, work: () => Promise<unknown>): Promise<Span> => {
	const before = await counters.read(cluster.metricsUrls);
	const used = measureAll(processes);
	await work();
	const { wallMs, cpuMs } = used();
	const after = await counters.read(cluster.metricsUrls);
	const counts = {
		mongo: difference(before.mongo, after.mongo),
		redis: difference(before.redis, after.redis),
		messages: difference(before.messages, after.messages),
	};
	return { wallMs, cpuMs, counts, after };
};

const orderTurns = ({ cluster: { urls } }: Site, orders: number) =>
	drive((turn) => checkout(urls[turn % urls.length]!, skuOf(turn)), MAX_CONCURRENCY, { turns: orders });

export interface Round {
	readonly done: number;
	readonly perSecond: number;
	readonly cpuMs: CpuByName;
	readonly replyMs: number | undefined;
}

const round = async (site: Site, { ordersOfRound, bareReplies }: Amounts): Promise<Round> => {
	const used = measureAll(site.processes);
	const { done, perSecond, errors, cause } = await orderTurns(site, ordersOfRound);
	const { cpuMs } = used();
	if (done === 0) throw new Error("no order succeeded", { cause });
	if (errors > 0) console.error(`${errors} of ${ordersOfRound} orders failed; the first: ${String(cause)}`);
	const bare = await bareSample(site.bare, bareReplies);
	return { done, perSecond, cpuMs, replyMs: ratio(bare.cpuMs, bare.units) };
};

export interface Measured {
	readonly rounds: readonly Round[];
	/** From the first order to the last mail, including deferred writes. */
	readonly busy: Span;
	readonly idle: Span;
}

export const measureOrders = async (site: Site, amounts: Amounts): Promise<Measured> => {
	const mails = mailCounter(site.cluster.folder);
	const quiet = async (orders: number): Promise<void> => {
		await mailsReach(mails, orders);
		await sleep(amounts.settleMs);
	};
	const warm = await orderTurns(site, amounts.warmUp);
	await bareSample(site.bare, amounts.bareReplies);
	await quiet(warm.done);
	const rounds: Round[] = [];
	const busy = await span(site, async () => {
		const before = mails();
		while (rounds.length < amounts.rounds) rounds.push(await round(site, amounts));
		await quiet(before + rounds.reduce((sum, { done }) => sum + done, 0));
	});
	return { rounds, busy, idle: await span(site, () => sleep(amounts.idleMs)) };
};
