/** Measures the processor time of catalogue pages. */
import { compare, type Contender, type BenchContext } from "../contenders";
import { driveAll } from "../http";
import type { Row } from "../report";
import { measure } from "../process-sample";
import { sendOk } from "../shop";
import { costRow } from "./rows";

const CONNECTIONS = 64;
const WORDS = ["blue mug", "clay bowl", "oaxaca", "striped blan", "carvd chair", "linen", "tray taxco", "rustic jar"];
const search = (turn: number): string => `/v1/products?q=${encodeURIComponent(`${WORDS[turn % WORDS.length]!} ${turn % 97}`)}`;

const PAGES = {
	page: { name: "product page (20)", path: () => "/v1/products?limit=20" },
	detail: { name: "product detail", path: () => "/v1/products/bench-7" },
	search: { name: "search", path: search },
};

/** @param products number of products, used in the names of the rows */
export const pages = async (ground: BenchContext, products: number): Promise<Row[]> => {
	const requests = ground.smoke ? 100 : 2_000;
	const slice = async ({ shop }: Contender, path: (turn: number) => string) => {
		const sample = measure(shop.pid);
		return sample(await driveAll((turn) => sendOk(shop.url, "GET", path(turn)), CONNECTIONS, requests));
	};
	const rows: Row[] = [];
	for (const { name, path } of Object.values(PAGES)) {
		const compared = await compare(ground, { warmUp: 2, measured: 5 }, (contender) => slice(contender, path));
		rows.push(costRow(`${name} of ${products.toLocaleString("en")} products`, "no worse", compared.slices, compared.bare));
	}
	return rows;
};
