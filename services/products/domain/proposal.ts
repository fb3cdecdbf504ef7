import type { Money } from "@kernel/money";
import type { Option, Status } from "./model";

/** A variant as somebody wants it. What is not said stays as it stands, or takes its default. */
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

/** A product as somebody wants it; the description is clean already. What is not said stays as it stands, or takes its default. */
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
	/** Default: what the variants say. */
	readonly options?: readonly Option[];
	readonly media?: readonly { readonly url: string; readonly alt?: string; readonly position?: number }[];
	/** All of them: one that stands and is not named goes. */
	readonly variants?: readonly ProposedVariant[];
	readonly seo?: { readonly title?: string; readonly description?: string };
}
