import { LRUCache } from "lru-cache";
import type { Entry } from "./entry";
import { facetsOf, type Found } from "./facets";
import type { Groups } from "./groups";
import type { Filters, Query } from "./query";
import type { Ranking } from "./ranking";
import type { Hit, Search } from "./search";
import { select } from "./selection";
import { compareEntries, ORDERS, type Sort } from "./sorts";
import type { Facets } from "../products.contract";

/** What finding works on. All of it holds active products only. */
export interface Index {
	readonly groups: Groups;
	readonly rankings: Readonly<Record<Sort, Ranking>>;
	readonly search: Search;
	readonly currency: string;
	entry(id: string): Entry | undefined;
}

/** All that meets a query, whatever its page. */
export interface Lists {
	/** In the query's order. */
	list(query: Query): readonly Entry[];
	/** The scores of a search, by id. */
	scores(words: string): ReadonlyMap<string, number>;
	facets(query: Query): Facets;
	/** The catalogue has changed: what was remembered holds no more. */
	forget(): void;
}

interface Searched {
	readonly entries: readonly Entry[];
	readonly scores: ReadonlyMap<string, number>;
}

/** Entries of remembered lists, all together: 8 bytes each. */
const MAX_REMEMBERED = 2_000_000;
/** A list this much shorter than the catalogue is sorted by itself; a longer one is picked out of the whole order. */
const WORTH_PICKING = 16;

const remembering = <T extends object>(sizeOf: (value: T) => number) => {
	const cache = new LRUCache<string, T>({ maxSize: MAX_REMEMBERED, sizeCalculation: (value) => sizeOf(value) + 16 });
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

export const lists = ({ groups, rankings, search, currency, entry }: Index): Lists => {
	const searches = remembering<Searched>(({ entries }) => 4 * entries.length);
	const selections = remembering<Found>(({ entries }) => entries.length);
	const sorted = remembering<readonly Entry[]>(({ length }) => length);
	const counted = remembering<Facets>(() => 1_000);

	const toEntry = ({ id }: Hit): Entry[] => {
		const found = entry(id);
		return found?.active ? [found] : [];
	};
	const searched = (words: string): Searched =>
		searches.of(words, () => {
			const hits = search.find(words);
			return { entries: hits.flatMap(toEntry), scores: new Map(hits.map(({ id, score }) => [id, score])) };
		});
	const all = (): readonly Entry[] => rankings.newest.sorted();

	const find = (words: string | undefined, filters: Filters): Found =>
		selections.of(JSON.stringify([words, filters]), () => {
			const among = words === undefined ? undefined : searched(words).entries;
			const whole = among === undefined && Object.keys(filters).length === 0;
			return { entries: select(groups, filters, all, among), whole };
		});

	const inOrder = (found: readonly Entry[], sort: Sort): readonly Entry[] => {
		const everything = rankings[sort].sorted();
		if (found.length * WORTH_PICKING < everything.length) return [...found].sort(compareEntries(ORDERS[sort]));
		const members = new Set(found);
		return everything.filter((each) => members.has(each));
	};

	return {
		list({ words, filters, sort }) {
			const { entries, whole } = find(words, filters);
			if (sort === "relevance") return entries;
			if (whole) return rankings[sort].sorted();
			return sorted.of(JSON.stringify([sort, words, filters]), () => inOrder(entries, sort));
		},
		scores: (words) => searched(words).scores,
		facets: ({ words, filters }) =>
			counted.of(JSON.stringify([words, filters]), () => facetsOf(groups, filters, currency, (other) => find(words, other))),
		forget() {
			for (const each of [searches, selections, sorted, counted]) each.forget();
		},
	};
};
