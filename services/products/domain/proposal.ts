import type { Money } from "@kernel/money";
import type { Option, Status } from "./model";

/** Requested data of a variant. An absent field keeps its current value, or takes its default in a new variant. */
export interface ProposedVariant {
	readonly id?: string;
	readonly sku: string;
	readonly barcode?: string | null;
	readonly title?: string;
	readonly options?: Readonly<Record<string, string>>;
	readonly price: Money;
	readonly compareAtPrice?: Money | null;
	/** Default 0. */
	readonly weightGrams?: number;
	/** Default true. */
	readonly taxable?: boolean;
	/** Default true. */
	readonly requiresShipping?: boolean;
	readonly imageUrl?: string | null;
}

/**
 * Requested data of a product. The description must already be sanitized. An absent field keeps its current value, or takes its default in a
 * new product.
 */
export interface Proposal {
	readonly handle?: string;
	readonly title?: string;
	readonly description?: string;
	readonly vendor?: string;
	readonly type?: string;
	readonly tags?: readonly string[];
	readonly categories?: readonly (readonly string[])[];
	/** Default "active". */
	readonly status?: Status;
	/** By default derived from the variants. */
	readonly options?: readonly Option[];
	readonly media?: readonly { readonly url: string; readonly alt?: string; readonly position?: number }[];
	/** The complete list: existing variants that are not in it are removed. */
	readonly variants?: readonly ProposedVariant[];
	readonly seo?: { readonly title?: string; readonly description?: string };
}
