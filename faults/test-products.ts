/** The test products of a campaign. */
export interface TestProducts {
	/** SKUs with ample stock. */
	readonly plain: readonly string[];
	/** SKUs with few units, to cause contention for the last one. */
	readonly flash: readonly string[];
	/** Initial stock of each SKU. */
	readonly stock: ReadonlyMap<string, number>;
	readonly price: ReadonlyMap<string, number>;
}

const PLAIN = 12;
const FLASH = 6;
const ENOUGH = 1_000_000;
const FEW = 15;

/** @param name a distinct name gives distinct products */
export const testProducts = (name: string, plain = PLAIN, flash = FLASH): TestProducts => {
	const names = (prefix: string, count: number): string[] =>
		Array.from({ length: count }, (_, index) => `${name}-${prefix}-${index}`.toUpperCase().replaceAll("_", "-"));
	const all = { plain: names("PLAIN", plain), flash: names("FLASH", flash) };
	return {
		...all,
		stock: new Map([...all.plain.map((sku) => [sku, ENOUGH] as const), ...all.flash.map((sku) => [sku, FEW] as const)]),
		price: new Map([...all.plain, ...all.flash].map((sku, index) => [sku, 999 + 137 * index])),
	};
};

/** The products as an import file. */
export const csvOf = ({ stock, price }: TestProducts): string =>
	[
		"Handle,Title,Variant SKU,Variant Price,Variant Inventory Qty,Variant Grams,Status",
		...[...stock].map(
			([sku, units]) => `${sku.toLowerCase()},Thing ${sku},${sku},${(price.get(sku)! / 100).toFixed(2)},${units},200,active`,
		),
		"",
	].join("\n");
