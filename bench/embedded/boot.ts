/** Measures starts with existing data, and the processor time and memory right after a start. */
import { spentMs, threadsOf } from "../cpu";
import { compare, type Contender, type BenchContext } from "../contenders";
import type { Row } from "../report";
import { discard, startShop, type Shop } from "../shop";
import { sleep } from "../wait-for-mails";
import { amountRow, pick } from "./rows";

const SETTLE_MS = 3_000;
const NO_THREADS = new Map<string, number>();

/** Starts a program on this data, and stops it again. */
const start = async (workingCopy: string, data: string, settleMs: number) => {
	const shop = await startShop({ workingCopy, folder: data });
	const cpuMs = spentMs(NO_THREADS, threadsOf(shop.pid));
	await sleep(settleMs);
	const memoryMb = shop.memoryMb();
	await shop.stop();
	return { wallMs: shop.bootMs, cpuMs, memoryMb };
};

/** Prepares a data folder with the demo catalogue. */
const withDemo = async (workingCopy: string): Promise<Shop> => {
	const shop = await startShop({ workingCopy });
	await shop.stop();
	return shop;
};

export const boot = async (ground: BenchContext): Promise<Row[]> => {
	const data = new Map<Contender, Shop>();
	for (const contender of ground.contenders) data.set(contender, await withDemo(contender.folder));
	const settleMs = ground.smoke ? 0 : SETTLE_MS;
	const compared = await compare(ground, { warmUp: 1, measured: 4 }, (contender) =>
		start(contender.folder, data.get(contender)!.folder, settleMs),
	);
	for (const shop of data.values()) discard(shop);
	return [
		amountRow(
			"boot, with the demo catalogue",
			"no worse",
			"CPU ms",
			pick(compared, ({ cpuMs }) => cpuMs),
		),
		amountRow(
			"boot, until it is ready",
			"no worse",
			"ms",
			pick(compared, ({ wallMs }) => wallMs),
		),
		amountRow(
			"memory after the boot",
			"no worse",
			"MB",
			pick(compared, ({ memoryMb }) => memoryMb),
		),
	];
};
