/** What a product is sold as: one of its sizes, colours, packs. Prices are minor units of the product's currency. */
export interface Variant {
	readonly id: string;
	readonly sku: string;
	readonly barcode: string | null;
	/** Null: it is called by its options. */
	readonly title: string | null;
	/** One for each of the product's options, in their order. */
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
	/** From 1, without gaps. */
	readonly position: number;
}

export type Status = "draft" | "active" | "archived";

/** All that staff say of a product. Always made by `compose`, so that two that say the same are written the same. */
export interface Content {
	readonly handle: string;
	readonly title: string;
	/** Clean HTML. */
	readonly description: string;
	readonly vendor: string;
	readonly type: string;
	readonly tags: readonly string[];
	/** Each from the widest to the narrowest: ["Kitchen", "Coffee Machines"]. */
	readonly categories: readonly (readonly string[])[];
	readonly status: Status;
	/** None where there is nothing to choose. */
	readonly options: readonly Option[];
	readonly media: readonly Medium[];
	/** ISO 4217, of every price. */
	readonly currency: string;
	/** At least one. */
	readonly variants: readonly Variant[];
	readonly seo: { readonly title: string; readonly description: string };
}

/** Times in epoch ms. */
export interface Product {
	readonly id: string;
	/** Null: never made, or taken out of the shop for good. */
	readonly content: Content | null;
	readonly createdAt: number;
	readonly updatedAt: number;
}

export type ProductEvent =
	| { readonly type: "product.changed"; readonly productId: string; readonly content: Content; readonly at: number }
	| { readonly type: "product.removed"; readonly productId: string; readonly at: number };

/** What a variant is called where it has no title of its own. */
export const derivedTitle = ({ title, options }: Pick<Content, "title" | "options">, values: readonly string[]): string =>
	options.length === 0 ? title : values.join(" / ");

/** The options of a variant by their names. */
export const optionsOf = (options: readonly Option[], values: readonly string[]): Record<string, string> =>
	Object.fromEntries(options.map(({ name }, index) => [name, values[index] ?? ""]));

export const sameContent = (a: Content, b: Content): boolean => JSON.stringify(a) === JSON.stringify(b);

export const handleName = (handle: string): string => `handle:${handle}`;
export const skuName = (sku: string): string => `sku:${sku}`;

/** The names that only one product of the shop may have. */
export const namesOf = ({ handle, variants }: Content): string[] => [handleName(handle), ...variants.map(({ sku }) => skuName(sku))];
