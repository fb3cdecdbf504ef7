/** Orders at 64 connections: until their answers, with all their mails, and the idle time after them. */
import { checkout } from "./buying";
import { spentMs, threadsOf } from "./cpu";
import { drive } from "./http";
import { mailCounter } from "./mails";
import type { Sample } from "./sample";
import type { Shop } from "./shop";

export interface Amounts {
	readonly orders: number;
	readonly connections: number;
	/** The wait after the last mail, for writes that the program puts off. */
	readonly settleMs: number;
	readonly idleMs: number;
}

const POLL_MS = 50;
const MAX_MAIL_WAIT_MS = 180_000;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** @throws where the mails are not all there in time */
const mailsReach = async (count: () => number, wanted: number): Promise<void> => {
	const deadline = performance.now() + MAX_MAIL_WAIT_MS;
	for (let mails = count(); mails < wanted; mails = count()) {
		if (performance.now() > deadline) throw new Error(`only ${mails} of ${wanted} mails were written in ${MAX_MAIL_WAIT_MS / 1_000} s`);
		await sleep(POLL_MS);
	}
};

/** Idle time taken off. */
const net = (busy: Sample, idle: Sample): Sample => ({
	...busy,
	cpuMs: busy.cpuMs === undefined || idle.cpuMs === undefined ? undefined : busy.cpuMs - (idle.cpuMs * busy.wallMs) / idle.wallMs,
});

/** Order confirmations go to the folder mail/ of the shop: each order leads to one mail. */
export const orderExperiment = (shop: Shop, skus: number) => {
	const count = mailCounter(shop.folder);
	const read = () => ({ at: performance.now(), threads: threadsOf(shop.pid) });
	type Reading = ReturnType<typeof read>;
	const between = (from: Reading, to: Reading, units: number): Sample => ({
		units,
		wallMs: to.at - from.at,
		cpuMs: spentMs(from.threads, to.threads),
	});

	return async ({ orders, connections, settleMs, idleMs }: Amounts) => {
		const mails = count();
		const begun = read();
		const { errors } = await drive((turn) => checkout(shop.url, `BENCH-${turn % skus}-S`), connections, Infinity, orders);
		const answered = read();
		if (errors > 0) throw new Error(`${errors} of ${orders} orders failed`);
		await mailsReach(count, mails + orders);
		await sleep(settleMs);
		const settled = read();
		await sleep(idleMs);
		const idle = between(settled, read(), 1);
		return { answer: between(begun, answered, orders), allIn: net(between(begun, settled, orders), idle), idle };
	};
};
