/** An import of many products while others browse and buy; then browsing in the large shop, its memory and its next start. */
import { checkout } from "../buying";
import { readMetrics } from "../exposition";
import { fill, importSku } from "../fill";
import type { Contender, Ground } from "../ground";
import type { Row } from "../report";
import { measure, type Sample } from "../sample";
import { discard, send, startShop, type Shop } from "../shop";
import { turnsBetween, turnsOf, type Turns } from "../turns";
import { sleep } from "../waiting";
import { pages } from "./pages";
import { amountRow, costRow } from "./rows";

const PRODUCTS = 100_000;
const FEW = 500;
/** One in so many turns may be longer than 20 ms, since garbage is collected and the machine does other things as well. Above it the run fails. */
const LONG_TURNS_ONE_IN = 1_000;
const PAUSE_MS = 20;
const SKU = "WANTED";

/** A few who browse and one who buys, until `work` is done. Refused requests are counted, and sent again after a pause. */
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
	/** It runs. */
	readonly shop: Shop;
	readonly cost: Sample;
	readonly turns: Turns | undefined;
	readonly memoryMb: number;
}

/** Imports into a new shop. */
const imported = async ({ name, folder }: Contender, products: number): Promise<Imported> => {
	const shop = await startShop({ workingCopy: folder, env: { DEMO: "false" } });
	await importSku(shop, SKU, 1_000_000);
	const turns = async () => turnsOf(await readMetrics(shop.metricsUrl));
	const before = await turns();
	const sample = measure(shop.pid);
	const { answered, refused } = await amid(shop, fill(shop, products));
	const cost = sample(products);
	const during = turnsBetween(before, await turns());
	console.log(`import of ${products} products (${name}): ${answered} pages were answered meanwhile, ${refused} refused for the moment`);
	return { shop, cost, turns: during, memoryMb: shop.memoryMb() };
};

/** Only this build is judged, and not by a smoke run, which shares its machine with all else. */
const judge = ({ all, long }: Turns, smoke: boolean): void => {
	if (smoke || long * LONG_TURNS_ONE_IN <= all) return;
	console.error(`FAILED: ${long} of ${all} turns during the import took longer than 20 ms; at most one in ${LONG_TURNS_ONE_IN} may`);
	process.exitCode = 1;
};

/** Stops and starts the shop. @returns the shop that runs now */
const again = async ({ folder }: Contender, { shop }: Imported): Promise<Shop> => {
	await shop.stop();
	return startShop({ workingCopy: folder, folder: shop.folder, env: { DEMO: "false" } });
};

export const largeShop = async (ground: Ground): Promise<Row[]> => {
	const products = ground.smoke ? FEW : PRODUCTS;
	const name = `${products.toLocaleString("en")} products`;
	const done = new Map<Contender, Imported>();
	for (const contender of ground.contenders) done.set(contender, await imported(contender, products));
	const each = <T>(of: (one: Imported) => T) => new Map([...done].map(([contender, one]) => [contender, [of(one)]]));
	const own = done.get(ground.contenders[0]!)!;
	if (own.turns) judge(own.turns, ground.smoke);
	const large = { ...ground, contenders: ground.contenders.map((contender) => ({ ...contender, shop: done.get(contender)!.shop })) };
	const browsing = await pages(large, products);
	const started = new Map<Contender, Shop>();
	for (const [contender, one] of done) started.set(contender, await again(contender, one));
	const ofStarted = (of: (shop: Shop) => number) => new Map([...started].map(([contender, shop]) => [contender, [of(shop)]]));
	const rows = [
		costRow(
			`import of ${name}, while others browse and buy, for each product`,
			"",
			each(({ cost }) => cost),
			[],
		),
		amountRow(
			"turns of the event loop over 20 ms during it",
			"0",
			"in 1,000 turns",
			each(({ turns }) => turns && (1_000 * turns.long) / turns.all),
		),
		amountRow(
			"memory after it",
			"no worse",
			"MB",
			each(({ memoryMb }) => memoryMb),
		),
		...browsing,
		amountRow(
			`boot with ${name}, until it is ready`,
			"no worse",
			"ms",
			ofStarted(({ bootMs }) => bootMs),
		),
		amountRow(
			"memory after this boot",
			"no worse",
			"MB",
			ofStarted((shop) => shop.memoryMb()),
		),
	];
	for (const shop of started.values()) {
		await shop.stop();
		discard(shop);
	}
	return rows;
};
