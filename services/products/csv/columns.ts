import type { CsvProblem } from "./error-codes";

/**
 * What is read, and how the headers of Shopify's exports have called it: the older name first, then that of the files since 2024, then
 * others that were in use between. Where a file has several of one line, the first counts.
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

/** Where in this file the columns stand. */
export interface Columns {
	/** What stands between the file's cells. */
	readonly delimiter: string;
	/** As the file spells them, without the space around. */
	readonly headers: readonly string[];
	/** -1: the file has no such column. */
	readonly at: Readonly<Record<Column, number>>;
	/** Of options beyond the third. */
	readonly furtherOptions: readonly number[];
}

const normal = (header: string): string => header.replace(/\s+/g, " ").trim().toLowerCase();

const place = (names: readonly string[], headers: readonly string[]): number => {
	const found = names.find((name) => headers.includes(name));
	return found === undefined ? -1 : headers.indexOf(found);
};

/** Header names count whatever their case, with any space around. Columns that are not known are ignored. */
export const columnsOf = (cells: readonly string[], delimiter = ","): Columns => {
	const headers = cells.map(normal);
	return {
		delimiter,
		headers: cells.map((header) => header.trim()),
		at: Object.fromEntries(COLUMNS.map((column) => [column, place(NAMES[column], headers)])) as Record<Column, number>,
		furtherOptions: headers.flatMap((header, index) => (FURTHER_OPTION.test(header) ? index : [])),
	};
};

/** A line's cells, for those who only look: a quote is taken for what stands around a cell. */
export const cellsOfLine = (line: string, delimiter: string): string[] =>
	line.split(delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));

/** The columns that a product CSV must have and this one lacks. */
export const missingColumns = ({ at }: Columns): string[] =>
	Object.entries(REQUIRED).flatMap(([column, name]) => (at[column as keyof typeof REQUIRED] === -1 ? name : []));

/** Why this cannot be the first row of a product CSV. */
export const headerProblems = (columns: Columns): CsvProblem[] => {
	const { headers, at } = columns;
	const separated = headers.length === 1 && /[|:]/.test(headers[0] ?? "") ? "; cells are separated by commas" : "";
	const names = headers.map(normal);
	const twice = COLUMNS.map((column) => at[column]).filter((index) => index !== -1 && names.lastIndexOf(names[index] ?? "") !== index);
	return [
		...missingColumns(columns).map((name): CsvProblem => ({ code: "HEADER_MISSING", column: null, detail: `${name}${separated}` })),
		...twice.map((column): CsvProblem => ({ code: "HEADER_DUPLICATE", column })),
	];
};
