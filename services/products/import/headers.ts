import type { Columns } from "../csv/columns";

/** How a file calls the columns that an import speaks of. */
export interface Headers {
	sku(): string;
	price(): string;
	stock(): string;
}

/** Known when the file's first row has been read. */
export const headersOf = (): { readonly headers: Headers; readonly header: (columns: Columns) => void } => {
	let known: Columns | undefined;
	const named = (column: "sku" | "price" | "stock") => (): string => known?.headers[known.at[column]] ?? "";
	return {
		headers: { sku: named("sku"), price: named("price"), stock: named("stock") },
		header: (columns) => void (known = columns),
	};
};
