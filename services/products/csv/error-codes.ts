import type { CsvItem, RowError } from "./product-draft";
import { LIMITS } from "./limits";

/** All error codes of rows and files, with their messages. */
export const CSV_CODES = {
	// errors of the whole file, of which nothing is imported; the three row codes below are file errors too if they concern the header row
	FILE_EMPTY: "The file contains no products.",
	FILE_NOT_CSV: "The file is not a CSV file.",
	HEADER_MISSING: "A required column is missing from the header row.",
	HEADER_DUPLICATE: "The header row contains a column twice.",
	HEADER_TOO_LONG: "The header row has too many columns.",
	// errors of rows that cannot be parsed
	ENCODING_INVALID: "The text is not valid UTF-8, or contains a NUL byte.",
	CSV_MALFORMED: "The row is not valid CSV.",
	CELL_TOO_LARGE: "A cell, or the row as a whole, is too large.",
	// errors of products
	HANDLE_MISSING: "The row has no handle.",
	HANDLE_INVALID: "A handle consists of letters, digits, - and _, begins with a letter or digit, and has at most 255 characters.",
	HANDLE_REPEATED: "The rows of a product are too far apart; keep them adjacent.",
	TITLE_MISSING: "The first row of a product must have a title.",
	STATUS_INVALID: "Status must be active, draft, archived or unlisted.",
	TEXT_TOO_LONG: "The text is longer than allowed.",
	DESCRIPTION_TOO_LONG: "The description is longer than allowed.",
	TAGS_TOO_MANY: "There are more tags than allowed.",
	CATEGORY_TOO_DEEP: "The category has too many levels.",
	OPTIONS_TOO_MANY: "A product has at most 3 options.",
	OPTION_NAME_MISSING: "An option value is given without an option name.",
	OPTION_NAME_INVALID: "The option name is not allowed.",
	OPTION_NAME_REPEATED: "Two options of the product have the same name.",
	OPTION_NAME_CHANGED: "The option name differs from the first row of the product.",
	OPTION_VALUE_MISSING: "The variant has no value for an option of the product.",
	VARIANTS_TOO_MANY: "A product has at most 2,048 variants.",
	MEDIA_TOO_MANY: "A product has at most 250 images.",
	IMAGE_URL_INVALID: "An image URL must be http(s) or a path starting with /.",
	IMAGE_POSITION_INVALID: "The image position must be an integer.",
	// errors of variants
	PRICE_INVALID: "The price must be a non-negative number with at most the decimals of the currency, written with a point.",
	STOCK_INVALID: "Stock must be a non-negative integer.",
	WEIGHT_INVALID: "Weight must be a non-negative number of grams.",
	BOOLEAN_INVALID: "The value must be true or false.",
	SKU_INVALID: "A SKU has at most 64 characters.",
	BARCODE_INVALID: "A barcode has at most 64 characters.",
	// errors of rows that are skipped while the rest of the product is imported
	SKU_DUPLICATE: "Duplicate SKU in the file; the row is skipped.",
	OPTIONS_DUPLICATE: "Duplicate option values within the product; the row is skipped.",
} as const;

export type CsvCode = keyof typeof CSV_CODES;

/** A problem with a cell or row, before it is attached to a line. */
export interface CsvProblem {
	readonly code: CsvCode;
	/** Index of the column in the file; null for the whole row. */
	readonly column: number | null;
	readonly detail?: string | undefined;
}

const EXCERPT = 40;

/** Quotes a value for a message, shortened to 40 characters. */
export const excerpt = (value: string): string => JSON.stringify(value.length > EXCERPT ? `${value.slice(0, EXCERPT)}…` : value);

export const rowError = (
	line: number,
	handle: string | null,
	{ code, column, detail }: CsvProblem,
	headers: readonly string[],
): RowError => ({
	line,
	column: column === null ? "" : (headers[column] ?? ""),
	code,
	message: detail === undefined ? CSV_CODES[code] : `${CSV_CODES[code]} (${detail})`,
	handle: handle?.slice(0, LIMITS.handle) ?? null,
});

/** An error that concerns the whole file. */
export const fileError = (flaw: CsvProblem, headers: readonly string[] = []): CsvItem => ({
	kind: "error",
	error: rowError(1, null, flaw, headers),
	rows: 0,
	refused: false,
});
