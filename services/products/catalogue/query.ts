import type { ParamsOf } from "@kernel/contract";
import type { Products } from "../products.contract";
import { optionKey } from "./attribute-index";
import type { Sort } from "./sort-orders";

export type BrowseParams = ParamsOf<typeof Products.browse>;

/** What a product must be to be found. Values of one kind: any of them; kinds: all of them. Absent: any product. */
export interface Filters {
	readonly vendor?: readonly string[];
	readonly type?: readonly string[];
	readonly tag?: readonly string[];
	readonly category?: readonly string[];
	/** By option key, in its order. One variant must meet them all. */
	readonly options?: readonly (readonly [key: string, values: readonly string[]])[];
	/** Minor units of the shop's currency, met by one of its variants. */
	readonly price?: { readonly min: number; readonly max: number };
	readonly inStock?: boolean;
}

export interface Query {
	/** Words to search for. */
	readonly words: string | undefined;
	readonly filters: Filters;
	readonly sort: Sort | "relevance";
	readonly limit: number;
	readonly cursor: string | undefined;
	readonly facets: boolean;
}

const DEFAULT_LIMIT = 20;
const OPTION = "option.";

const listed = (value: unknown): readonly string[] => [...new Set(Array.isArray(value) ? (value as string[]) : [value as string])].sort();

const optionFilters = (params: object): [string, readonly string[]][] => {
	const given = Object.entries(params).filter(([name]) => name.startsWith(OPTION));
	const byKey = Map.groupBy(given, ([name]) => optionKey(name.slice(OPTION.length)));
	return [...byKey]
		.map(([key, same]): [string, readonly string[]] => [key, listed(same.flatMap(([, value]) => listed(value)))])
		.sort(([a], [b]) => (a < b ? -1 : 1));
};

/** What is asked, in one form however it was written: two that ask the same are the same. */
export const toQuery = (params: BrowseParams): Query => {
	const { vendor, type, tag, category, minPrice, maxPrice, inStock, limit = DEFAULT_LIMIT, cursor, facets = false } = params;
	const words = params.q?.trim().replace(/\s+/g, " ");
	const searching = words !== undefined && words !== "";
	const options = optionFilters(params);
	const sort = params.sort ?? (searching ? "relevance" : "newest");
	return {
		words: searching ? words : undefined,
		filters: {
			...(vendor !== undefined && { vendor: listed(vendor) }),
			...(type !== undefined && { type: listed(type) }),
			...(tag !== undefined && { tag: listed(tag) }),
			...(category !== undefined && { category: listed(category) }),
			...(options.length > 0 && { options }),
			...((minPrice !== undefined || maxPrice !== undefined) && {
				price: { min: minPrice ?? 0, max: maxPrice ?? Number.MAX_SAFE_INTEGER },
			}),
			...(inStock !== undefined && { inStock }),
		},
		sort: sort === "relevance" && !searching ? "newest" : sort,
		limit,
		cursor,
		facets,
	};
};
