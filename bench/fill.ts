import { Readable } from "node:stream";
import { catalogue } from "./catalogue";
import { ADMIN, sendOk } from "./shop";

type Address = Readonly<{ url: string }>;

/** @returns an access token of the administrator */
export const login = async ({ url }: Address): Promise<string> => {
	const { body } = await sendOk(url, "POST", "/v1/auth/login", ADMIN);
	return (JSON.parse(body) as { accessToken: string }).accessToken;
};

/**
 * Imports so many products of the benchmark's catalogue.
 *
 * @returns how long it took, in ms
 */
export const fill = async (shop: Address, products: number): Promise<number> => {
	const token = await login(shop);
	const begun = performance.now();
	const { body } = await sendOk(shop.url, "POST", "/v1/admin/products/import", Readable.from(catalogue(products)), {
		authorization: `Bearer ${token}`,
		"content-type": "text/csv",
	});
	const report = JSON.parse(body) as { products?: { created: number } };
	if (report.products?.created !== products) throw new Error(`imported ${JSON.stringify(report).slice(0, 500)}`);
	return performance.now() - begun;
};
