/** How a file calls the columns that an import speaks of: its header is older than 2024, or newer. */
export interface Headers {
	sku(): string;
	price(): string;
	stock(): string;
}

const OLDER = { sku: "Variant SKU", price: "Variant Price", stock: "Variant Inventory Qty" } as const;
const NEWER = { sku: "SKU", price: "Price", stock: "Inventory quantity" } as const;
const ENOUGH_BYTES = 16_384;
const OLDER_PRICE = /(?:^|[,"])\s*variant price\s*(?:[,"]|$)/i;

/** Reads along with the file's reader, until the first row has gone by. */
export const headersOf = (source: AsyncIterable<Uint8Array>): { readonly headers: Headers; readonly source: AsyncIterable<Uint8Array> } => {
	let beginning = "";
	let names: typeof OLDER | typeof NEWER = OLDER;
	async function* along() {
		for await (const chunk of source) {
			if (beginning.length < ENOUGH_BYTES) {
				beginning += Buffer.from(chunk).toString("latin1").slice(0, ENOUGH_BYTES);
				names = OLDER_PRICE.test(beginning.split(/[\r\n]/, 1)[0] ?? "") ? OLDER : NEWER;
			}
			yield chunk;
		}
	}
	return { source: along(), headers: { sku: () => names.sku, price: () => names.price, stock: () => names.stock } };
};
