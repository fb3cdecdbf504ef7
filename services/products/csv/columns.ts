import type { CsvProblem } from "./error-codes";

/**
 * Columns that are read, with the headers of Shopify's exports: first the older name, then the name used since 2024, then other variants.
 * If a file has several headers of one column, the first in this order is used.
 */
const NAMES = {
	handle: ["handle", "url handle"],
	title: ["title"],
	description: ["body (html)", "description", "body html", "body"],
	vendor: ["vendor"],
	category: ["product category", "standardized product type", "standard product type"],
	type: ["type", "product type", "custom product type"],
	tags: ["tags"],
	published: ["published", "published on online store"],
	status: ["status"],
	option1Name: ["option1 name"],
	option1Value: ["option1 value"],
	option2Name: ["option2 name"],
	option2Value: ["option2 value"],
	option3Name: ["option3 name"],
	option3Value: ["option3 value"],
	sku: ["variant sku", "sku"],
	grams: ["variant grams", "weight value (grams)"],
	stock: ["variant inventory qty", "inventory quantity", "variant inventory quantity"],
	price: ["variant price", "price"],
	compareAtPrice: ["variant compare at price", "compare-at price", "variant compare-at price", "compare at price"],
	requiresShipping: ["variant requires shipping", "requires shipping"],
	taxable: ["variant taxable", "charge tax"],
	barcode: ["variant barcode", "barcode", "barcodes", "variant barcodes"],
	imageUrl: ["image src", "product image url"],
	imagePosition: ["image position"],
	imageAlt: ["image alt text"],
	variantImage: ["variant image", "variant image url"],
	seoTitle: ["seo title"],
	seoDescription: ["seo description"],
} as const satisfies Record<string, readonly [string, ...string[]]>;

export type Column = keyof typeof NAMES;

const COLUMNS = Object.keys(NAMES) as Column[];
const REQUIRED = { handle: "Handle", title: "Title", price: "Variant Price" } as const;
const FURTHER_OPTION = /^option(?:[4-9]|[1-9]\d+) (?:name|value)$/;

/** Positions of the columns in a file. */
export interface Columns {
	/** Separator of the file's cells. */
	readonly delimiter: string;
	/** Headers as spelled in the file, trimmed. */
	readonly headers: readonly string[];
	/** Index of each column; -1 if the file does not have it. */
	readonly at: Readonly<Record<Column, number>>;
	/** Indexes of columns for options beyond the third. */
	readonly furtherOptions: readonly number[];
}

const normal = (header: string): string => header.replace(/\s+/g, " ").trim().toLowerCase();

const indexOfFirst = (names: readonly string[], headers: readonly string[]): number => {
	const found = names.find((name) => headers.includes(name));
	return found === undefined ? -1 : headers.indexOf(found);
};

/** Matches headers case-insensitively and ignores surrounding spaces. Unknown columns are ignored. */
export const columnsOf = (cells: readonly string[], delimiter = ","): Columns => {
	const headers = cells.map(normal);
	return {
		delimiter,
		headers: cells.map((header) => header.trim()),
		at: Object.fromEntries(COLUMNS.map((column) => [column, indexOfFirst(NAMES[column], headers)])) as Record<Column, number>,
		furtherOptions: headers.flatMap((header, index) => (FURTHER_OPTION.test(header) ? index : [])),
	};
};

/** Approximate cells of a line, for detection only: one pair of quotes around a cell is removed, without real CSV parsing. */
export const cellsOfLine = (line: string, delimiter: string): string[] =>
	line.split(delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));

/** Required columns that the file does not have. */
export const missingColumns = ({ at }: Columns): string[] =>
	Object.entries(REQUIRED).flatMap(([column, name]) => (at[column as keyof typeof REQUIRED] === -1 ? name : []));

/** Reasons why the row is not a valid header of a product CSV. */
export const headerProblems = (columns: Columns): CsvProblem[] => {
	const { headers, at } = columns;
	const hint = headers.length === 1 && /[|:]/.test(headers[0] ?? "") ? "; cells must be separated by commas" : "";
	const names = headers.map(normal);
	const duplicates = COLUMNS.map((column) => at[column]).filter(
		(index) => index !== -1 && names.lastIndexOf(names[index] ?? "") !== index,
	);
	return [
		...missingColumns(columns).map((name): CsvProblem => ({ code: "HEADER_MISSING", column: null, detail: `${name}${hint}` })),
		...duplicates.map((column): CsvProblem => ({ code: "HEADER_DUPLICATE", column })),
	];
};
