import { Readable } from "node:stream";
import { stringify } from "csv-stringify/sync";
import { formatMajor } from "@kernel/money";
import { escapeFormula } from "./products/cell-text";
import type { ProductDraft, VariantDraft } from "./product-draft";
import { UNCATEGORIZED } from "./products/product-fields";

type Cells = Record<string, string>;

/** A product to export; unlike a draft, its variants have no line numbers. */
export type ExportProduct = Omit<ProductDraft, "variants"> & {
	variants: Omit<VariantDraft, "line">[];
	/** Decimals of its currency. */
	decimals: number;
};

const HEADERS = [
	...["Handle", "Title", "Body (HTML)", "Vendor", "Product Category", "Type", "Tags", "Published"],
	...["Option1 Name", "Option1 Value", "Option2 Name", "Option2 Value", "Option3 Name", "Option3 Value"],
	...["Variant SKU", "Variant Grams", "Variant Inventory Tracker", "Variant Inventory Qty", "Variant Inventory Policy"],
	...["Variant Fulfillment Service", "Variant Price", "Variant Compare At Price", "Variant Requires Shipping", "Variant Taxable"],
	...["Variant Barcode", "Image Src", "Image Position", "Image Alt Text", "Gift Card", "SEO Title", "SEO Description"],
	...["Variant Image", "Variant Weight Unit", "Cost per item", "Status"],
];

const bySlot = (kind: "Name" | "Value", texts: readonly string[]): Cells =>
	Object.fromEntries(texts.map((text, index) => [`Option${index + 1} ${kind}`, text]));

/** Cells of a product's first row only. A missing category is written explicitly, because readers would otherwise use the type as category. */
const productCells = ({ title, description, vendor, categoryPath, type, tags, status, options, seo }: ExportProduct): Cells => ({
	Title: title,
	"Body (HTML)": description,
	Vendor: vendor,
	"Product Category": categoryPath.length === 0 && type !== "" ? UNCATEGORIZED : categoryPath.join(" > "),
	Type: type,
	Tags: tags.join(", "),
	Published: String(status === "active"),
	...bySlot("Name", options.length === 0 ? ["Title"] : options.map(({ name }) => name)),
	"Gift Card": "false",
	"SEO Title": seo.title,
	"SEO Description": seo.description,
	Status: status,
});

const variantCells = (variant: ExportProduct["variants"][number], options: ProductDraft["options"], decimals: number): Cells => ({
	...bySlot("Value", options.length === 0 ? ["Default Title"] : options.map(({ name }) => variant.options[name] ?? "")),
	"Variant SKU": variant.sku,
	"Variant Grams": String(variant.weightGrams),
	"Variant Inventory Tracker": variant.stock === null ? "" : "shopify",
	"Variant Inventory Qty": variant.stock === null ? "" : String(variant.stock),
	"Variant Inventory Policy": "deny",
	"Variant Fulfillment Service": "manual",
	"Variant Price": formatMajor(variant.price, decimals),
	"Variant Compare At Price": variant.compareAtPrice === null ? "" : formatMajor(variant.compareAtPrice, decimals),
	"Variant Requires Shipping": String(variant.requiresShipping),
	"Variant Taxable": String(variant.taxable),
	"Variant Barcode": variant.barcode ?? "",
	"Variant Image": variant.imageUrl ?? "",
	"Variant Weight Unit": "g",
});

const imageCells = ({ url, alt, position }: ProductDraft["media"][number]): Cells => ({
	"Image Src": url,
	"Image Position": String(position),
	"Image Alt Text": alt,
});

/** One row per variant, with the images beside them from the first row on. Each remaining image gets a row of its own. */
const rowsOf = (product: ExportProduct): string[][] =>
	Array.from({ length: Math.max(product.variants.length, product.media.length) }, (_, index) => {
		const variant = product.variants[index];
		const image = product.media[index];
		const cells: Cells = {
			Handle: product.handle,
			...(index === 0 && productCells(product)),
			...(variant && variantCells(variant, product.options, product.decimals)),
			...(image && imageCells(image)),
		};
		return HEADERS.map((header) => escapeFormula((cells[header] ?? "").replaceAll("\0", "")));
	});

/** Quotes a lone CR, which csv-stringify does not, although `readProducts` and other readers treat it as the end of a row. */
const toCsv = (rows: readonly string[][]): string => stringify(rows as string[][], { quoted_match: /^\s|\s$|\r/ });

const ROWS_AT_ONCE = 500;

const chunks = async function* (products: AsyncIterable<ExportProduct>): AsyncGenerator<string> {
	let rows: string[][] = [HEADERS];
	for await (const product of products) {
		rows.push(...rowsOf(product));
		if (rows.length < ROWS_AT_ONCE) continue;
		yield toCsv(rows);
		rows = [];
	}
	if (rows.length > 0) yield toCsv(rows);
};

/**
 * Writes products as a Shopify product CSV with the headers used before 2024, which Shopify still accepts. Formulas get an apostrophe, so that
 * spreadsheets do not run them. `readProducts` restores the same products.
 *
 * @returns stream of UTF-8 without a byte order mark, with LF line ends; it fails if `products` fails
 */
export const writeProducts = (products: AsyncIterable<ExportProduct>): Readable => Readable.from(chunks(products), { objectMode: false });
