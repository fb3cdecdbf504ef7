/** Measures orders at 64 connections, until the responses and until all mails are written, and the idle process afterwards. */
import { checkout } from "../buying";
import { compare, type Contender, type BenchContext } from "../contenders";
import { driveAll } from "../http";
import { mailCounter } from "../mails";
import type { Row } from "../report";
import { measure, withoutIdle, type Sample } from "../process-sample";
import { mailsReach, sleep } from "../wait-for-mails";
import { amountRow, costRow, pick } from "./rows";
import { skuOf } from "../skus";

/** Longer than the program defers writes. */
const SETTLE_MS = 2_000;
const IDLE_MS = 10_000;

/** Each order causes one mail, its confirmation. */
const ordersAndMails =
	(connections: number, orders: number, settleMs: number) =>
	async ({ shop }: Contender) => {
		const count = mailCounter(shop.folder);
		const before = count();
		const sample = measure(shop.pid);
		await driveAll((turn) => checkout(shop.url, skuOf(turn)), connections, orders);
		const answer = sample(orders);
		await mailsReach(count, before + orders);
		const mailed = sample(orders);
		await sleep(settleMs);
		return { answer, mailed, allIn: sample(orders) };
	};

const idleOf = async (contenders: readonly Contender[], ms: number): Promise<Map<Contender, Sample>> => {
	const samples = contenders.map((contender) => [contender, measure(contender.shop.pid)] as const);
	await sleep(ms);
	return new Map(samples.map(([contender, sample]) => [contender, sample(1)]));
};

const shareOfCore = ({ cpuMs, wallMs }: Sample): number | undefined => (cpuMs === undefined ? undefined : (100 * cpuMs) / wallMs);

export const orders = async (ground: BenchContext): Promise<Row[]> => {
	const { smoke } = ground;
	const compared = await compare(ground, { warmUp: 4, measured: 8 }, ordersAndMails(64, smoke ? 20 : 250, smoke ? 0 : SETTLE_MS));
	const idle = await idleOf(ground.contenders, smoke ? 500 : IDLE_MS);
	const net = new Map(
		[...compared.slices].map(([contender, slices]) => [contender, slices.map(({ allIn }) => withoutIdle(allIn, idle.get(contender)!))]),
	);
	return [
		costRow(
			"an order until its answer, 64 connections",
			"<= 35 replies",
			pick(compared, ({ answer }) => answer),
			compared.bare,
		),
		costRow("an order with its mails, idle time taken off", "<= 50 replies", net, compared.bare),
		amountRow("idle, after these orders", "no worse", "% of a core", new Map([...idle].map(([c, one]) => [c, [shareOfCore(one)]]))),
	];
};

export const ordersAlone = async (ground: BenchContext): Promise<Row[]> => {
	const compared = await compare(ground, { warmUp: 1, measured: 5 }, ordersAndMails(1, ground.smoke ? 5 : 50, 0));
	return [
		costRow(
			"an order at 1 connection, its mail included",
			"<= 60 replies",
			pick(compared, ({ mailed }) => mailed),
			compared.bare,
		),
	];
};
