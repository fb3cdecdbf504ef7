import { Readable } from "node:stream";
import { catalogue } from "./catalogue";
import { sendWithRetries } from "./retry-after";
import { ADMIN, send, sendOk } from "./shop";

type Address = Readonly<{ url: string }>;

/** @returns an access token of the administrator */
export const login = async ({ url }: Address): Promise<string> => {
	const { body } = await sendOk(url, "POST", "/v1/auth/login", ADMIN);
	return (JSON.parse(body) as { accessToken: string }).accessToken;
};

/**
 * Imports products of the benchmark catalogue.
 *
 * @returns the duration in ms
 */
export const fill = async (shop: Address, products: number): Promise<number> => {
	const token = await login(shop);
	const begun = performance.now();
	const headers = { authorization: `Bearer ${token}`, "content-type": "text/csv" };
	const { body } = await sendWithRetries(() =>
		send(shop.url, "POST", "/v1/admin/products/import", Readable.from(catalogue(products)), headers),
	);
	const report = JSON.parse(body) as { products?: { created: number } };
	if (report.products?.created !== products) throw new Error(`imported ${body.slice(0, 500)}`);
	return performance.now() - begun;
};

/** Imports one product with one variant and `units` in stock. */
export const importSku = async (shop: Address, sku: string, units: number): Promise<void> => {
	const csv = `Handle,Title,Variant SKU,Variant Price,Variant Inventory Qty\n${sku.toLowerCase()},${sku},${sku},10.00,${units}\n`;
	await sendOk(shop.url, "POST", "/v1/admin/products/import", csv, {
		authorization: `Bearer ${await login(shop)}`,
		"content-type": "text/csv",
	});
};
