import type { ParamsOf } from "@kernel/contract";
import type { Products } from "../products.contract";
import { optionKey } from "./attribute-index";
import type { Sort } from "./sort-orders";

export type BrowseParams = ParamsOf<typeof Products.browse>;

/** Conditions that a product must meet. Values of one kind are alternatives; all kinds must match. An absent kind matches any product. */
export interface Filters {
	readonly vendor?: readonly string[];
	readonly type?: readonly string[];
	readonly tag?: readonly string[];
	readonly category?: readonly string[];
	/** Sorted by option key. A single variant must match all of them. */
	readonly options?: readonly (readonly [key: string, values: readonly string[]])[];
	/** Price range in minor units of the shop's currency; at least one variant must be within it. */
	readonly price?: { readonly min: number; readonly max: number };
	readonly inStock?: boolean;
}

export interface Query {
	/** Search text with single spaces. */
	readonly words: string | undefined;
	readonly filters: Filters;
	readonly sort: Sort | "relevance";
	readonly limit: number;
	readonly cursor: string | undefined;
	readonly facets: boolean;
}

const DEFAULT_LIMIT = 20;
const OPTION = "option.";

const sortedValues = (value: unknown): readonly string[] =>
	[...new Set(Array.isArray(value) ? (value as string[]) : [value as string])].sort();

const optionFilters = (params: object): [string, readonly string[]][] => {
	const optionParams = Object.entries(params).filter(([name]) => name.startsWith(OPTION));
	const byKey = Map.groupBy(optionParams, ([name]) => optionKey(name.slice(OPTION.length)));
	return [...byKey]
		.map(([key, same]): [string, readonly string[]] => [key, sortedValues(same.flatMap(([, value]) => sortedValues(value)))])
		.sort(([a], [b]) => (a < b ? -1 : 1));
};

/** Normalizes parameters, so that equivalent requests give equal queries and share cached results. */
export const toQuery = (params: BrowseParams): Query => {
	const { vendor, type, tag, category, minPrice, maxPrice, inStock, limit = DEFAULT_LIMIT, cursor, facets = false } = params;
	const words = params.q?.trim().replace(/\s+/g, " ");
	const isSearch = words !== undefined && words !== "";
	const options = optionFilters(params);
	const sort = params.sort ?? (isSearch ? "relevance" : "newest");
	return {
		words: isSearch ? words : undefined,
		filters: {
			...(vendor !== undefined && { vendor: sortedValues(vendor) }),
			...(type !== undefined && { type: sortedValues(type) }),
			...(tag !== undefined && { tag: sortedValues(tag) }),
			...(category !== undefined && { category: sortedValues(category) }),
			...(options.length > 0 && { options }),
			...((minPrice !== undefined || maxPrice !== undefined) && {
				price: { min: minPrice ?? 0, max: maxPrice ?? Number.MAX_SAFE_INTEGER },
			}),
			...(inStock !== undefined && { inStock }),
		},
		sort: sort === "relevance" && !isSearch ? "newest" : sort,
		limit,
		cursor,
		facets,
	};
};
