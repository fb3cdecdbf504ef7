import type { CsvItem, ProductDraft, RowError } from "@services/products/csv/product-draft";
import { readProducts } from "@services/products/csv/read-products";

type Source = string | Uint8Array | (() => AsyncIterable<Uint8Array>);

async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
	yield await Promise.resolve(bytes);
}

/** Splits into chunks of this many bytes. The chunk borders must not matter. */
export async function* piecemeal(text: string | Uint8Array, size: number): AsyncGenerator<Uint8Array> {
	const bytes = Buffer.from(text);
	for (let from = 0; from < bytes.length; from += size) yield await Promise.resolve(bytes.subarray(from, from + size));
}

export const itemsOf = async (source: Source, decimals = 2): Promise<CsvItem[]> => {
	const open = typeof source === "function" ? source : () => whole(Buffer.from(source));
	const items: CsvItem[] = [];
	for await (const item of readProducts(open, { decimals })) items.push(item);
	return items;
};

export const draftsIn = (items: readonly CsvItem[]): ProductDraft[] => items.flatMap((item) => (item.kind === "product" ? item.draft : []));
export const errorsIn = (items: readonly CsvItem[]): RowError[] => items.flatMap((item) => (item.kind === "error" ? item.error : []));

export const draftsOf = async (source: Source, decimals = 2): Promise<ProductDraft[]> => draftsIn(await itemsOf(source, decimals));
export const errorsOf = async (source: Source, decimals = 2): Promise<RowError[]> => errorsIn(await itemsOf(source, decimals));

/** Returns "line:column:code" of each error, in order. */
export const csvErrors = async (source: Source, decimals = 2): Promise<string[]> =>
	(await errorsOf(source, decimals)).map(({ line, column, code }) => `${line}:${column}:${code}`);

/** Makes a file of these rows. Each row gives the columns that it fills; the header has the columns of all rows. */
export const csvOf = (...rows: readonly Readonly<Record<string, string>>[]): string => {
	const headers = [...new Set(["Handle", "Title", "Variant Price", ...rows.flatMap(Object.keys)])];
	const line = (cells: readonly string[]) =>
		cells.map((cell) => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",");
	return [headers, ...rows.map((row) => headers.map((header) => row[header] ?? ""))].map(line).join("\n").concat("\n");
};

/** Makes a product of one row, with the given columns added. */
export const row = (handle: string, more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
	Handle: handle,
	Title: handle,
	"Variant Price": "1.00",
	...more,
});
