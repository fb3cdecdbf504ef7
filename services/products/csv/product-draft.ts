/** A product as a Shopify CSV gives it: checked and cleaned, not yet stored. */
export interface ProductDraft {
	/** Lower case; letters and digits (of any script), "-" and "_", and signs beyond ASCII. */
	handle: string;
	title: string;
	/** Clean HTML: what the allow-list of html.ts lets through; plain text stays as it is. */
	description: string;
	vendor: string;
	type: string;
	tags: string[];
	/** From the widest to the narrowest: ["Kitchen", "Coffee Machines"]; [] if none. */
	categoryPath: string[];
	status: "draft" | "active" | "archived";
	/** At most 3; [] for a product without real options. */
	options: { name: string; values: string[] }[];
	/** In order of position, which counts from 1. */
	media: { url: string; alt: string; position: number }[];
	/** At least one. */
	variants: VariantDraft[];
	seo: { title: string; description: string };
}

export interface VariantDraft {
	/** Given, or made of handle and option values: see sku.ts. At most 64 characters. */
	sku: string;
	barcode: string | null;
	options: Record<string, string>;
	/** Minor units of the currency that the reader was told the decimals of, and so is compareAtPrice. */
	price: number;
	compareAtPrice: number | null;
	weightGrams: number;
	taxable: boolean;
	requiresShipping: boolean;
	imageUrl: string | null;
	/** Inventory Qty; null: the cell is empty. */
	stock: number | null;
	/** The physical line of the file where its row begins, from 1. */
	line: number;
}

/** What is wrong, and where. Codes are listed in codes.ts. */
export interface RowError {
	/** The physical line of the file where the row begins, from 1. */
	line: number;
	/** As the file's header spells it; "" where it is the row or the file. */
	column: string;
	code: string;
	message: string;
	/** Of the product that it concerns, where that is known. */
	handle: string | null;
}

/**
 * What reading gives, in the order of the file. `rows` add up to the rows read: those of a refused product stand on the one error
 * that has `refused: true`; its other errors, and those of single rows left out of a product that goes in, have 0. A row that names no
 * product has an error of its own.
 */
export type CsvItem =
	| {
			kind: "product";
			draft: ProductDraft;
			/** The physical line where its first row begins, from 1. */
			firstLine: number;
			rows: number;
	  }
	| {
			kind: "error";
			error: RowError;
			rows: number;
			/** Whether a whole product was refused: true on exactly one error of each such product. */
			refused: boolean;
	  };
