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

const errorOf = (draft: ProductDraft, { line }: Pick<VariantDraft, "line">, column: string, code: string, message: string): RowError => ({
	line,
	column,
	code,
	message,
	handle: draft.handle,
});

export const firstRow = ({ variants }: ProductDraft): VariantDraft => variants[0]!;

/** Converts a rejection of the domain to errors of the rows that caused it. */
export const rowErrors = (draft: ProductDraft, { rejected, detail }: Rejection): RowError[] => {
	const errors = (detail["errors"] ?? []) as readonly FieldError[];
	if (errors.length === 0) return [errorOf(draft, firstRow(draft), "", rejected, "The product was rejected.")];
	return errors.map(({ path, message }) => {
		const [, index, rest = ""] = VARIANT.exec(path) ?? [];
		const row = index === undefined ? undefined : draft.variants[Number(index)];
		return errorOf(draft, row ?? firstRow(draft), "", rejected, `${row ? rest : path.slice(1)} ${message}`.trim());
	});
};

/**
 * Returns an error for each row whose SKU another product uses.
 *
 * @param owner returns the handle of the product that uses the SKU
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
			errorOf(
				draft,
				variant,
				headers.sku(),
				"SKU_TAKEN",
				`${variant.sku} is already used by ${owner(variant.sku) ?? "another product"}.`,
			),
		);

export const inexactRows = (draft: ProductDraft, variants: readonly VariantDraft[], currency: string, headers: Headers): RowError[] =>
	variants.map((variant) =>
		errorOf(draft, variant, headers.price(), "PRICE_INVALID", `A price has more decimals than ${currency} allows.`),
	);

export const stockTooLow = (draft: ProductDraft, variant: VariantDraft, headers: Headers): RowError =>
	errorOf(
		draft,
		variant,
		headers.stock(),
		"STOCK_TOO_LOW",
		`A stock of ${String(variant.stock)} for ${variant.sku} is below the quantity reserved or allocated to orders.`,
	);
