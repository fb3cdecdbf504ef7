import type { FieldError } from "@kernel/errors";
import type { Rejection } from "@kernel/rejection";
import type { Columns } from "../csv/columns";
import type { ProductDraft, RowError, VariantDraft } from "../csv/product-draft";

/** Column names of the file that row errors refer to. */
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

const VARIANT = /^\/variants\/(\d+)\/?(.*)$/;

const about = (draft: ProductDraft, { line }: Pick<VariantDraft, "line">, column: string, code: string, message: string): RowError => ({
	line,
	column,
	code,
	message,
	handle: draft.handle,
});

export const firstRow = ({ variants }: ProductDraft): VariantDraft => variants[0]!;

/** A refusal of the domain as the file's reader is told of it: by the row that it lies in. */
export const rowErrors = (draft: ProductDraft, { rejected, detail }: Rejection): RowError[] => {
	const errors = (detail?.["errors"] ?? []) as readonly FieldError[];
	if (errors.length === 0) return [about(draft, firstRow(draft), "", rejected, "The product was refused.")];
	return errors.map(({ path, message }) => {
		const [, index, rest = ""] = VARIANT.exec(path) ?? [];
		const row = index === undefined ? undefined : draft.variants[Number(index)];
		return about(draft, row ?? firstRow(draft), "", rejected, `${row ? rest : path.slice(1)} ${message}`.trim());
	});
};

/**
 * One for each row whose SKU another product has.
 *
 * @param owner that product's handle
 */
export const takenRows = (
	draft: ProductDraft,
	taken: ReadonlySet<string>,
	owner: (sku: string) => string | undefined,
	headers: Headers,
): RowError[] =>
	draft.variants
		.filter(({ sku }) => taken.has(sku))
		.map((variant) =>
			about(
				draft,
				variant,
				headers.sku(),
				"SKU_TAKEN",
				`${variant.sku} is already used by ${owner(variant.sku) ?? "another product"}.`,
			),
		);

export const inexactRows = (draft: ProductDraft, variants: readonly VariantDraft[], currency: string, headers: Headers): RowError[] =>
	variants.map((variant) => about(draft, variant, headers.price(), "PRICE_INVALID", `A price has more decimals than ${currency}.`));

export const stockTooLow = (draft: ProductDraft, variant: VariantDraft, headers: Headers): RowError =>
	about(
		draft,
		variant,
		headers.stock(),
		"STOCK_TOO_LOW",
		`More than ${String(variant.stock)} of ${variant.sku} are reserved or allocated to orders.`,
	);
