/** Measures an import of many products under load, then browsing the large catalogue, memory use and the next start. */
import { checkout } from "../buying";
import { readMetrics } from "../exposition";
import { fill, importSku } from "../import-products";
import type { ByContender, Contender, BenchContext } from "../contenders";
import type { Row } from "../report";
import { measure, type Sample } from "../process-sample";
import { discard, send, startShop, type Shop } from "../shop";
import { tooManyLongTurns, turnsBetween, TURN_HISTOGRAMS, turnsOf, type Turns } from "../turns";
import { sleep } from "../wait-for-mails";
import { pages } from "./pages";
import { amountRow, costRow } from "./rows";

const PRODUCTS = 100_000;
const FEW = 500;
const PAUSE_MS = 20;
const SKU = "WANTED";

/** Runs a few browsing clients and one buyer until `work` is done. Rejected requests are counted, and retried after a pause. */
const amid = async <T>(shop: Shop, work: Promise<T>) => {
	let over = false;
	let refused = 0;
	let answered = 0;
	const settled = work.finally(() => (over = true));
	const look = async (turn: number): Promise<void> => {
		const { status } = await send(shop.url, "GET", turn % 2 === 0 ? "/v1/products?limit=20" : `/v1/products/${SKU.toLowerCase()}`);
		if (status === 200) answered += 1;
		else if (status === 503) refused += 1;
		else throw new Error(`a page was answered with ${status}`);
		await sleep(PAUSE_MS);
	};
	const buy = async (): Promise<void> => {
		await checkout(shop.url, SKU);
		await sleep(PAUSE_MS);
	};
	const untilOver = async (step: (turn: number) => Promise<void>): Promise<void> => {
		for (let turn = 0; !over; turn++) await step(turn);
	};
	const [value] = await Promise.all([settled, untilOver(look), untilOver(look), untilOver(look), untilOver(buy)]);
	return { value, answered, refused };
};

interface Imported {
	/** The program, which is running. */
	readonly shop: Shop;
	readonly cost: Sample;
	readonly turns: Readonly<Record<keyof typeof TURN_HISTOGRAMS, Turns | undefined>>;
	readonly memoryMb: number;
}

/** Starts a program without demo data and imports into it. */
const imported = async ({ name, folder }: Contender, products: number): Promise<Imported> => {
	const shop = await startShop({ workingCopy: folder, env: { DEMO: "false" } });
	await importSku(shop, SKU, 1_000_000);
	const before = await readMetrics(shop.metricsUrl);
	const sample = measure(shop.pid);
	const { answered, refused } = await amid(shop, fill(shop, products));
	const cost = sample(products);
	const after = await readMetrics(shop.metricsUrl);
	const during = (histogram: string) => turnsBetween(turnsOf(before, histogram), turnsOf(after, histogram));
	console.error(`import of ${products} products (${name}): ${answered} pages were answered meanwhile, ${refused} refused for the moment`);
	const turns = { wall: during(TURN_HISTOGRAMS.wall), work: during(TURN_HISTOGRAMS.work) };
	return { shop, cost, turns, memoryMb: shop.memoryMb() };
};

/** Fails the run if too many turns of this build were long. Other builds and smoke runs are not checked. */
const judge = ({ turns }: Imported, { smoke }: BenchContext): void => {
	const fault = turns.work && !smoke ? tooManyLongTurns(turns.work) : undefined;
	if (fault === undefined) return;
	console.error(`FAILED: during the import ${fault}`);
	process.exitCode = 1;
};

const longIn1000 = (turns: Turns | undefined): number | undefined => turns && (1_000 * turns.long) / Math.max(1, turns.all);

type OfEach<T> = <V>(of: (one: T) => V) => ByContender<V>;
const ofEach =
	<T>(all: ReadonlyMap<Contender, T>): OfEach<T> =>
	(of) =>
		new Map([...all].map(([contender, one]) => [contender, [of(one)]]));

const importRows = (name: string, each: OfEach<Imported>): Row[] => {
	const [work, wall] = [each(({ turns }) => longIn1000(turns.work)), each(({ turns }) => longIn1000(turns.wall))];
	const [cost, memory] = [each((one) => one.cost), each((one) => one.memoryMb)];
	return [
		costRow(`import of ${name}, while others browse and buy, for each product`, "", cost, []),
		amountRow("turns of the event loop that worked over 20 ms during it", "0", "in 1,000", work),
		amountRow("turns over 20 ms by the clock, other programs included", "", "in 1,000", wall),
		amountRow("memory after it", "no worse", "MB", memory),
	];
};

const bootRows = (name: string, each: OfEach<Shop>): Row[] => {
	const [bootMs, memory] = [each((shop) => shop.bootMs), each((shop) => shop.memoryMb())];
	return [
		amountRow(`boot with ${name}, until it is ready`, "no worse", "ms", bootMs),
		amountRow("memory after this boot", "no worse", "MB", memory),
	];
};

/** Restarts the program. @returns the running program */
const startAgain = async ({ folder }: Contender, { shop }: Imported): Promise<Shop> => {
	await shop.stop();
	return startShop({ workingCopy: folder, folder: shop.folder, env: { DEMO: "false" } });
};

export const largeShop = async (ground: BenchContext): Promise<Row[]> => {
	const products = ground.smoke ? FEW : PRODUCTS;
	const name = `${products.toLocaleString("en")} products`;
	const done = new Map<Contender, Imported>();
	for (const contender of ground.contenders) done.set(contender, await imported(contender, products));
	judge(done.get(ground.contenders[0]!)!, ground);
	const rows = importRows(name, ofEach(done));
	const large = ground.contenders.map((contender) => ({ ...contender, shop: done.get(contender)!.shop }));
	rows.push(...(await pages({ ...ground, contenders: large }, products)));
	const started = new Map<Contender, Shop>();
	for (const [contender, one] of done) started.set(contender, await startAgain(contender, one));
	rows.push(...bootRows(name, ofEach(started)));
	for (const shop of started.values()) {
		await shop.stop();
		discard(shop);
	}
	return rows;
};
