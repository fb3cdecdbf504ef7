import { LRUCache } from "lru-cache";
import type { Facets } from "../products.contract";
import type { Entry } from "./entry";
import { facetsOf, type Found, type FacetContext } from "./facets";
import type { AttributeIndex } from "./attribute-index";
import type { Filters, Query } from "./query";
import type { Search } from "./search";
import { selectProducts } from "./filtering";
import { sortedArray, type Listed, type SortedList } from "./sorted-list";
import { compareEntries, ORDERS, type Sort } from "./sort-orders";

/** Structures that queries are evaluated on. They hold active products only. */
export interface Index {
	readonly groups: AttributeIndex;
	readonly sorted: Readonly<Record<Sort, SortedList>>;
	readonly search: Search;
	readonly currency: string;
	entry(id: string): Entry | undefined;
}

/** Search result: entries in descending order of score, and the scores by product id. */
export interface Searched {
	readonly entries: readonly Entry[];
	readonly scores: ReadonlyMap<string, number>;
}

/** Complete results of queries, independent of pages. Results are cached until the catalogue changes. */
export interface ResultLists {
	listed(query: Query & { readonly sort: Sort }): Listed;
	/** Sorted by relevance. */
	searched(query: Query): Searched;
	facets(query: Query): Facets;
	/** Clears all cached results; called when the catalogue has changed. */
	forget(): void;
}

/** Maximum total number of entries in cached lists; about 8 bytes each. */
const MAX_CACHED_ENTRIES = 2_000_000;
const OVERHEAD = 16;
/** A result this many times smaller than the catalogue is sorted itself. A larger one is filtered out of the sorted catalogue. */
const SORT_RATIO = 16;

const resultCache = <T extends object>(sizeOf: (value: T) => number) => {
	const cache = new LRUCache<string, T>({ maxSize: MAX_CACHED_ENTRIES, sizeCalculation: (value) => sizeOf(value) + OVERHEAD });
	return {
		of(key: string, make: () => T): T {
			const known = cache.get(key);
			if (known) return known;
			const made = make();
			cache.set(key, made);
			return made;
		},
		forget() {
			if (cache.size > 0) cache.clear();
		},
	};
};

export const resultLists = ({ groups, sorted, search, currency, entry }: Index): ResultLists => {
	const searches = resultCache<Searched>(({ entries }) => 4 * entries.length);
	const selections = resultCache<readonly Entry[]>(({ length }) => length);
	const orders = resultCache<Listed>(({ length }) => length);
	const counts = resultCache<Facets>(() => 1_000);

	const searchFor = (words: string): Searched =>
		searches.of(words, () => {
			const entries: Entry[] = [];
			const scores = new Map<string, number>();
			for (const { id, score } of search.find(words)) {
				const found = entry(id);
				if (!found?.active) continue;
				entries.push(found);
				scores.set(id, score);
			}
			return { entries, scores };
		});

	const find = (words: string | undefined, filters: Filters): Found => {
		if (words === undefined && Object.keys(filters).length === 0) return "everything";
		const among = words === undefined ? undefined : searchFor(words).entries;
		return selections.of(JSON.stringify([words, filters]), () => selectProducts(groups, filters, sorted.newest.all, among));
	};

	const inOrder = (found: readonly Entry[], sort: Sort): readonly Entry[] => {
		if (found.length * SORT_RATIO < sorted[sort].length) return [...found].sort(compareEntries(ORDERS[sort]));
		const members = new Set(found);
		return sorted[sort].all().filter((each) => members.has(each));
	};

	const facetContext: FacetContext = {
		groups,
		currency,
		prices() {
			const low = sorted.price.slice(0, 1)[0]?.low;
			const high = sorted["-price"].slice(0, 1)[0]?.high;
			return low === undefined || low === null || high === undefined || high === null ? undefined : { low, high };
		},
	};

	return {
		listed({ words, filters, sort }) {
			const found = find(words, filters);
			if (found === "everything") return sorted[sort];
			return orders.of(JSON.stringify([sort, words, filters]), () => sortedArray(ORDERS[sort], inOrder(found, sort)));
		},
		searched({ words = "", filters }) {
			const found = find(words, filters);
			return { entries: found === "everything" ? [] : found, scores: searchFor(words).scores };
		},
		facets: ({ words, filters }) =>
			counts.of(JSON.stringify([words, filters]), () => facetsOf(facetContext, filters, (other) => find(words, other))),
		forget() {
			for (const each of [searches, selections, orders, counts]) each.forget();
		},
	};
};
