/** A sellable version of a product, such as a size or colour. Prices are in minor units of the product's currency. */
export interface Variant {
	readonly id: string;
	readonly sku: string;
	readonly barcode: string | null;
	/** Own title; null if it is derived from the options. */
	readonly title: string | null;
	/** One value per option of the product, in the order of the options. */
	readonly values: readonly string[];
	readonly price: number;
	readonly compareAtPrice: number | null;
	readonly weightGrams: number;
	readonly taxable: boolean;
	readonly requiresShipping: boolean;
	readonly imageUrl: string | null;
}

export interface Option {
	readonly name: string;
	readonly values: readonly string[];
}

export interface Medium {
	readonly url: string;
	readonly alt: string;
	/** Position from 1, without gaps. */
	readonly position: number;
}

export type Status = "draft" | "active" | "archived";

/** Editable data of a product. Only `compose` creates it, so that equivalent contents are identical. */
export interface Content {
	readonly handle: string;
	readonly title: string;
	/** Sanitized HTML. */
	readonly description: string;
	readonly vendor: string;
	readonly type: string;
	readonly tags: readonly string[];
	/** Paths, each from the top level down: ["Kitchen", "Coffee Machines"]. */
	readonly categories: readonly (readonly string[])[];
	readonly status: Status;
	/** Empty for a product without choices. */
	readonly options: readonly Option[];
	readonly media: readonly Medium[];
	/** ISO 4217 currency of all prices. */
	readonly currency: string;
	/** At least one. */
	readonly variants: readonly Variant[];
	readonly seo: { readonly title: string; readonly description: string };
}

/** Times in epoch ms. */
export interface Product {
	readonly id: string;
	/** Null if the product was never created or is removed. */
	readonly content: Content | null;
	readonly createdAt: number;
	readonly updatedAt: number;
}

export type ProductEvent =
	| { readonly type: "product.changed"; readonly productId: string; readonly content: Content; readonly at: number }
	| { readonly type: "product.removed"; readonly productId: string; readonly at: number };

/** Title of a variant without its own title. */
export const derivedTitle = ({ title, options }: Pick<Content, "title" | "options">, values: readonly string[]): string =>
	options.length === 0 ? title : values.join(" / ");

/** Option values of a variant by option name. */
export const optionsOf = (options: readonly Option[], values: readonly string[]): Record<string, string> =>
	Object.fromEntries(options.map(({ name }, index) => [name, values[index] ?? ""]));

export const sameContent = (a: Content, b: Content): boolean => JSON.stringify(a) === JSON.stringify(b);

export const handleName = (handle: string): string => `handle:${handle}`;
export const skuName = (sku: string): string => `sku:${sku}`;

/** Names that must be unique in the shop: the handle and the SKUs, each with its kind as prefix. */
export const namesOf = ({ handle, variants }: Content): string[] => [handleName(handle), ...variants.map(({ sku }) => skuName(sku))];
