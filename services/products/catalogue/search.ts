import MiniSearch, { type SearchOptions } from "minisearch";
import type { Entry } from "./entry";
import { fold } from "./fold";

const tokenize = MiniSearch.getDefault("tokenize") as (words: string) => string[];

export interface Hit {
	readonly id: string;
	/** Higher is better; comparable within one search only. */
	readonly score: number;
}

/** Finds products by words. Active products only. */
export interface Search {
	add(entry: Entry): void;
	remove(entry: Entry): void;
	/** The best first. */
	find(words: string): readonly Hit[];
}

const MAX_TERMS = 12;
/** Below so many hits, words that are nearly right count too. */
const ENOUGH = 5;
const SHORTEST_FUZZY = 4;
const FUZZINESS = 0.25;
/** What is found more loosely comes after what is found more exactly, whatever its score. */
const TIER = 1e6;

type Say = (product: Entry["product"]) => string;

/** Two fields: what it is called, and what else is said of it in a few words. */
const FIELDS: Readonly<Record<string, Say>> = {
	title: ({ content }) => content.title,
	more: ({ content: { vendor, type, tags, options } }) => [vendor, type, ...tags, ...options.flatMap(({ values }) => values)].join(" "),
};
const BOOST = { title: 4 };

/** A word that is still being typed begins many others: in a large catalogue, it takes more letters before it is completed. */
const LARGE = 5_000;
const VERY_LARGE = 50_000;
const lettersToComplete = (products: number): number => (products < LARGE ? 1 : products < VERY_LARGE ? 2 : 3);

const fuzzy = (term: string): number | boolean => (term.length < SHORTEST_FUZZY ? false : FUZZINESS);

/** SKUs and barcodes, which are found whole only. */
const codesOf = ({ product: { content } }: Entry): Set<string> =>
	new Set(content.variants.flatMap(({ sku, barcode }) => (barcode === null ? fold(sku) : [fold(sku), fold(barcode)])));

export const search = (): Search => {
	const index = new MiniSearch<Entry>({
		fields: Object.keys(FIELDS),
		extractField: (entry, field) => FIELDS[field]?.(entry.product) ?? entry.id,
		processTerm: (term) => fold(term) || null,
		searchOptions: { boost: BOOST },
	});
	const last = (term: string, position: number, all: readonly string[]): boolean =>
		position === all.length - 1 && term.length >= lettersToComplete(index.documentCount);
	const exactly: SearchOptions = { combineWith: "AND", prefix: last };
	const nearly: SearchOptions = { ...exactly, fuzzy };
	const codes = new Map<string, readonly string[]>(); // to ids of products
	const terms = (words: string): string[] => [...new Set(tokenize(words))].filter((term) => term !== "").slice(0, MAX_TERMS);
	const ask = (words: string, tier: number, options: SearchOptions): Hit[] =>
		index.search(words, options).map(({ id, score }) => ({ id: id as string, score: score + tier * TIER }));

	const byWords = (words: string): readonly Hit[] => {
		const exact = ask(words, 2, exactly);
		if (exact.length >= ENOUGH) return exact;
		const known = new Set(exact.map(({ id }) => id));
		const near = ask(words, 1, nearly).filter(({ id }) => !known.has(id));
		if (exact.length + near.length > 0 || !words.includes(" ")) return [...exact, ...near];
		const some = ask(words, 2, { ...exactly, combineWith: "OR" });
		return some.length > 0 ? some : ask(words, 1, { ...nearly, combineWith: "OR" });
	};

	return {
		add(entry) {
			index.add(entry);
			for (const code of codesOf(entry)) codes.set(code, [...(codes.get(code) ?? []), entry.id].sort());
		},
		remove(entry) {
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
			const found = wanted.length === 0 ? [] : byWords(wanted.join(" "));
			if (coded.length === 0) return found;
			return [...coded.map((id) => ({ id, score: 3 * TIER })), ...found.filter(({ id }) => !coded.includes(id))];
		},
	};
};
