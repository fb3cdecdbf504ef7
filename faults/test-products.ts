/** What is on the shelves of a campaign. */
export interface TestProducts {
	/** Enough for everybody. */
	readonly plain: readonly string[];
	/** Few units: many want the last. */
	readonly flash: readonly string[];
	/** What was received of each SKU. */
	readonly stock: ReadonlyMap<string, number>;
	readonly price: ReadonlyMap<string, number>;
}

const PLAIN = 12;
const FLASH = 6;
const ENOUGH = 1_000_000;
const FEW = 15;

/** @param name goods of other names are others */
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

/** As the import takes it. */
export const csvOf = ({ stock, price }: TestProducts): string =>
	[
		"Handle,Title,Variant SKU,Variant Price,Variant Inventory Qty,Variant Grams,Status",
		...[...stock].map(
			([sku, units]) => `${sku.toLowerCase()},Thing ${sku},${sku},${(price.get(sku)! / 100).toFixed(2)},${units},200,active`,
		),
		"",
	].join("\n");
