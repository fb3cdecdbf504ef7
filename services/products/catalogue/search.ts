import { LRUCache } from "lru-cache";
import MiniSearch from "minisearch";
import type { Entry } from "./entry";
import { fold } from "../domain/text";

const tokenize = MiniSearch.getDefault("tokenize") as (words: string) => string[];

export interface Hit {
	readonly id: string;
	/** Higher is better; comparable within one search only. */
	readonly score: number;
}

/** Full-text search over active products. */
export interface Search {
	add(entry: Entry): void;
	remove(entry: Entry): void;
	/** Hits in descending order of score. */
	find(words: string): readonly Hit[];
}

const MAX_TERMS = 12;
/** With fewer hits than this, fuzzy matches are included. */
const ENOUGH_HITS = 5;
const SHORTEST_FUZZY = 4;
const FUZZINESS = 0.25;
/** Score offset between tiers. A looser match ranks below a more exact one, whatever its score. */
const TIER = 1e6;

type FieldText = (product: Entry["product"]) => string;

/** Indexed fields: the title, and the other short texts of a product. */
const FIELDS: Readonly<Record<string, FieldText>> = {
	title: ({ content }) => content.title,
	more: ({ content: { vendor, type, tags, options } }) => [vendor, type, ...tags, ...options.flatMap(({ values }) => values)].join(" "),
};
const BOOST = { title: 4 };

/** Minimum length of a prefix search. Short prefixes match many words, so the minimum grows with the catalogue. */
const LARGE = 5_000;
const VERY_LARGE = 50_000;
const minPrefixLength = (products: number): number => (products < LARGE ? 1 : products < VERY_LARGE ? 2 : 3);

/** Scores by product id. */
type Scores = ReadonlyMap<string, number>;

/** Maximum total number of products in cached single-term results; about 50 bytes each. */
const MAX_CACHED_PRODUCTS = 500_000;
const OVERHEAD = 16;

/** Products in every result, with the sum of their scores. */
const matchingAll = (found: readonly Scores[]): Map<string, number> => {
	const [fewest = new Map<string, number>(), ...others] = [...found].sort((a, b) => a.size - b.size);
	const both = new Map<string, number>();
	for (const [id, score] of fewest) {
		let sum = score;
		for (const other of others) sum += other.get(id) ?? NaN;
		if (!Number.isNaN(sum)) both.set(id, sum);
	}
	return both;
};

/** Products in at least one result. The sum of scores is multiplied by the number of matching terms. */
const matchingAny = (found: readonly Scores[]): Map<string, number> => {
	const sums = new Map<string, { score: number; words: number }>();
	for (const scores of found) {
		for (const [id, score] of scores) {
			const sum = sums.get(id);
			if (sum) {
				sum.score += score;
				sum.words += 1;
			} else sums.set(id, { score, words: 1 });
		}
	}
	return new Map(Array.from(sums, ([id, { score, words }]) => [id, score * words]));
};

/** Products that lack exactly one term; if there are none, products that match any term. */
const matchingMost = (found: readonly Scores[]): Map<string, number> => {
	const most = new Map<string, number>();
	for (const [left] of found.entries())
		for (const [id, score] of matchingAll(found.filter((_, index) => index !== left))) most.set(id, score);
	return most.size > 0 ? most : matchingAny(found);
};

/** Sorts by descending score, then by id, so that the order is the same on every node. */
const ranked = (scores: Scores, tier: number): Hit[] =>
	Array.from(scores, ([id, score]) => ({ id, score: score + tier * TIER })).sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));

/** SKUs and barcodes, which match only as a whole. */
const codesOf = ({ product: { content } }: Entry): Set<string> =>
	new Set(content.variants.flatMap(({ sku, barcode }) => (barcode === null ? fold(sku) : [fold(sku), fold(barcode)])));

export const search = (): Search => {
	const index = new MiniSearch<Entry>({
		fields: Object.keys(FIELDS),
		extractField: (entry, field) => FIELDS[field]?.(entry.product) ?? entry.id,
		processTerm: (term) => fold(term) || null,
		searchOptions: { boost: BOOST },
	});
	const codes = new Map<string, readonly string[]>(); // product ids by SKU or barcode
	const known = new LRUCache<string, Scores>({ maxSize: MAX_CACHED_PRODUCTS, sizeCalculation: ({ size }) => size + OVERHEAD });
	const terms = (words: string): string[] => [...new Set(tokenize(words))].filter((term) => term !== "").slice(0, MAX_TERMS);

	/** Result of a single term, cached because it does not depend on the rest of the search. */
	const byTerm = (term: string, prefix: boolean, fuzzy: boolean): Scores => {
		const key = `${prefix ? "*" : ""}${fuzzy ? "~" : ""} ${term}`;
		const before = known.get(key);
		if (before) return before;
		const found = index.search(term, { prefix, fuzzy: fuzzy && FUZZINESS });
		const scores = new Map(found.map(({ id, score }) => [id as string, score]));
		known.set(key, scores);
		return scores;
	};
	/** The last term is also matched as a prefix, because the user may still be typing it. */
	const byTerms = (wanted: readonly string[], fuzzy: boolean): readonly Scores[] =>
		wanted.map((term, position) => {
			const prefix = position === wanted.length - 1 && term.length >= minPrefixLength(index.documentCount);
			return byTerm(term, prefix, fuzzy && term.length >= SHORTEST_FUZZY);
		});

	const byWords = (wanted: readonly string[]): readonly Hit[] => {
		const exact = byTerms(wanted, false);
		const both = matchingAll(exact);
		if (both.size >= ENOUGH_HITS) return ranked(both, 2);
		const fuzzy = byTerms(wanted, true);
		const loosely = matchingAll(fuzzy);
		for (const id of both.keys()) loosely.delete(id);
		if (both.size + loosely.size > 0 || wanted.length === 1) return [...ranked(both, 2), ...ranked(loosely, 1)];
		const some = matchingMost(exact);
		return some.size > 0 ? ranked(some, 2) : ranked(matchingMost(fuzzy), 1);
	};
	const changed = (): void => {
		if (known.size > 0) known.clear();
	};

	return {
		add(entry) {
			changed();
			index.add(entry);
			for (const code of codesOf(entry)) codes.set(code, [...(codes.get(code) ?? []), entry.id].sort());
		},
		remove(entry) {
			changed();
			index.discard(entry.id);
			for (const code of codesOf(entry)) {
				const left = (codes.get(code) ?? []).filter((id) => id !== entry.id);
				if (left.length === 0) codes.delete(code);
				else codes.set(code, left);
			}
		},
		find(words) {
			const coded = codes.get(fold(words.trim())) ?? [];
			const wanted = terms(words);
			const found = wanted.length === 0 ? [] : byWords(wanted);
			if (coded.length === 0) return found;
			return [...coded.map((id) => ({ id, score: 3 * TIER })), ...found.filter(({ id }) => !coded.includes(id))];
		},
	};
};
