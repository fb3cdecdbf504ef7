import type { CsvItem, RowError } from "./product-draft";
import { LIMITS } from "./limits";

/** Every code that an error of a row or of the file can have. */
export const CSV_CODES = {
	// of the whole file: nothing of it is read; so do the three that follow where they concern the first row
	FILE_EMPTY: "The file holds no product.",
	FILE_NOT_CSV: "The file is no CSV.",
	HEADER_MISSING: "The first row lacks a column that a product CSV must have.",
	HEADER_DUPLICATE: "The first row names a column twice.",
	HEADER_TOO_LONG: "The first row names more columns than allowed.",
	// of rows that cannot be read
	ENCODING_INVALID: "The text is not UTF-8, or holds a NUL byte.",
	CSV_MALFORMED: "The row is not CSV that can be read.",
	CELL_TOO_LARGE: "A cell, or the row as a whole, is too large.",
	// of products
	HANDLE_MISSING: "The row has no handle.",
	HANDLE_INVALID: "A handle consists of letters, digits, - and _, begins with a letter or digit, and has at most 255 characters.",
	HANDLE_REPEATED: "The product's rows lie too far apart in the file: they must stand together.",
	TITLE_MISSING: "The first row of a product has its title.",
	STATUS_INVALID: "A status is active, draft, archived or unlisted.",
	TEXT_TOO_LONG: "The text is longer than allowed.",
	DESCRIPTION_TOO_LONG: "The description is longer than allowed.",
	TAGS_TOO_MANY: "There are more tags than allowed.",
	CATEGORY_TOO_DEEP: "The category lies deeper than allowed.",
	OPTIONS_TOO_MANY: "A product has at most 3 options.",
	OPTION_NAME_MISSING: "There is a value for an option that has no name.",
	OPTION_NAME_INVALID: "An option cannot be called so.",
	OPTION_NAME_REPEATED: "Two options of the product have the same name.",
	OPTION_NAME_CHANGED: "The first row of the product calls this option otherwise.",
	OPTION_VALUE_MISSING: "The variant has no value for an option of the product.",
	VARIANTS_TOO_MANY: "A product has at most 2,048 variants.",
	MEDIA_TOO_MANY: "A product has at most 250 images.",
	IMAGE_URL_INVALID: "The address of an image is http(s), or a path that begins with /.",
	IMAGE_POSITION_INVALID: "The position of an image is a whole number.",
	// of variants
	PRICE_INVALID: "A variant has a price: digits, perhaps a point and as many decimals as the currency has; it is not negative.",
	STOCK_INVALID: "A stock is a whole number, and not negative.",
	WEIGHT_INVALID: "A weight is a number of grams, and not negative.",
	BOOLEAN_INVALID: "This is true or false.",
	SKU_INVALID: "A SKU has at most 64 characters.",
	BARCODE_INVALID: "A barcode has at most 64 characters.",
	// of single rows that are left out of a product that goes in
	SKU_DUPLICATE: "Another variant of the file has this SKU: this row is left out.",
	OPTIONS_DUPLICATE: "Another variant of the product has the same options: this row is left out.",
} as const;

export type CsvCode = keyof typeof CSV_CODES;

/** What is wrong with a cell or a row, before it is known which. */
export interface Flaw {
	readonly code: CsvCode;
	/** The column's index in the file; null: the whole row. */
	readonly column: number | null;
	readonly detail?: string | undefined;
}

const EXCERPT = 40;

/** A value in a message: quoted, and cut where it is long. */
export const excerpt = (value: string): string => JSON.stringify(value.length > EXCERPT ? `${value.slice(0, EXCERPT)}…` : value);

export const rowError = (line: number, handle: string | null, { code, column, detail }: Flaw, headers: readonly string[]): RowError => ({
	line,
	column: column === null ? "" : (headers[column] ?? ""),
	code,
	message: detail === undefined ? CSV_CODES[code] : `${CSV_CODES[code]} (${detail})`,
	handle: handle?.slice(0, LIMITS.handle) ?? null,
});

/** An error of the file as a whole. */
export const ofFile = (flaw: Flaw, headers: readonly string[] = []): CsvItem => ({
	kind: "error",
	error: rowError(1, null, flaw, headers),
	rows: 0,
	refused: false,
});
