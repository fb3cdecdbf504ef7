/** Measures the embedded profile: one process on SQLite, on one core, with load from another core. */
import { startBare } from "../bare";
import { buildsOf } from "../builds";
import { fill } from "../import-products";
import { leaveServerCore } from "../cores";
import type { Contender, BenchContext } from "../contenders";
import type { Options } from "../options";
import type { Row } from "../report";
import { discard, startShop } from "../shop";
import { boot } from "./boot";
import { cart, flashSale, reservations } from "./buying";
import { largeShop } from "./import";
import { orders, ordersAlone } from "./orders";
import { pages } from "./pages";
import { FEW_PRODUCTS, PRODUCTS } from "../skus";

const productsOf = ({ smoke }: Pick<BenchContext, "smoke">): number => (smoke ? FEW_PRODUCTS : PRODUCTS);

/** The order matters: the first experiments warm up the programs for the later ones. */
const EXPERIMENTS: Readonly<Record<string, (ground: BenchContext) => Promise<Row[]>>> = {
	orders,
	alone: ordersAlone,
	cart,
	flash: flashSale,
	pages: (ground) => pages(ground, productsOf(ground)),
	reservations,
	boot,
	large: largeShop,
};

export const EMBEDDED_EXPERIMENTS = Object.keys(EXPERIMENTS);

const startContender = async (name: string, folder: string, products: number): Promise<Contender> => {
	const shop = await startShop({ workingCopy: folder, env: { DEMO: "false" } });
	await fill(shop, products);
	return { name, folder, shop };
};

export const embedded = async ({ smoke, against, rounds, only = EMBEDDED_EXPERIMENTS }: Options): Promise<Row[]> => {
	leaveServerCore();
	const bare = await startBare();
	const builds = buildsOf(against);
	const contenders = await Promise.all(builds.map(({ name, folder }) => startContender(name, folder, productsOf({ smoke }))));
	const rows: Row[] = [];
	for (const [name, experiment] of Object.entries(EXPERIMENTS)) {
		if (!only.includes(name)) continue;
		console.error(`measuring ${name} ...`);
		rows.push(...(await experiment({ contenders, bare, smoke, rounds })));
	}
	for (const { shop } of contenders) {
		await shop.stop();
		discard(shop);
	}
	bare.stop();
	return rows;
};
