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

/** By product. */
type Scores = ReadonlyMap<string, number>;

/** Products in the remembered answers to single words, all together: about 50 bytes each. */
const MAX_REMEMBERED = 500_000;
const OVERHEAD = 16;

/** Those that are in each, with the sum of their scores. */
const meetingAll = (found: readonly Scores[]): Map<string, number> => {
	const [fewest = new Map<string, number>(), ...others] = [...found].sort((a, b) => a.size - b.size);
	const both = new Map<string, number>();
	for (const [id, score] of fewest) {
		let sum = score;
		for (const other of others) sum += other.get(id) ?? NaN;
		if (!Number.isNaN(sum)) both.set(id, sum);
	}
	return both;
};

/** Those that are in some: the more, the better. */
const meetingAny = (found: readonly Scores[]): Map<string, number> => {
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

/** Those that lack just one of the words, where there are any; else those that are in some. */
const meetingMost = (found: readonly Scores[]): Map<string, number> => {
	const most = new Map<string, number>();
	for (const [left] of found.entries())
		for (const [id, score] of meetingAll(found.filter((_, index) => index !== left))) most.set(id, score);
	return most.size > 0 ? most : meetingAny(found);
};

/** The best first; of those that are as good as each other, the same at each time and on each node. */
const ranked = (scores: Scores, tier: number): Hit[] =>
	Array.from(scores, ([id, score]) => ({ id, score: score + tier * TIER })).sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));

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
	const codes = new Map<string, readonly string[]>(); // to ids of products
	const known = new LRUCache<string, Scores>({ maxSize: MAX_REMEMBERED, sizeCalculation: ({ size }) => size + OVERHEAD });
	const terms = (words: string): string[] => [...new Set(tokenize(words))].filter((term) => term !== "").slice(0, MAX_TERMS);

	/** What one word finds: the same in whatever search it stands, so it is remembered. */
	const byTerm = (term: string, prefix: boolean, near: boolean): Scores => {
		const key = `${prefix ? "*" : ""}${near ? "~" : ""} ${term}`;
		const before = known.get(key);
		if (before) return before;
		const found = index.search(term, { prefix, fuzzy: near && FUZZINESS });
		const scores = new Map(found.map(({ id, score }) => [id as string, score]));
		known.set(key, scores);
		return scores;
	};
	/** The last word may still be being typed. */
	const byTerms = (wanted: readonly string[], near: boolean): readonly Scores[] =>
		wanted.map((term, position) => {
			const prefix = position === wanted.length - 1 && term.length >= lettersToComplete(index.documentCount);
			return byTerm(term, prefix, near && term.length >= SHORTEST_FUZZY);
		});

	const byWords = (wanted: readonly string[]): readonly Hit[] => {
		const exact = byTerms(wanted, false);
		const both = meetingAll(exact);
		if (both.size >= ENOUGH) return ranked(both, 2);
		const near = byTerms(wanted, true);
		const loosely = meetingAll(near);
		for (const id of both.keys()) loosely.delete(id);
		if (both.size + loosely.size > 0 || wanted.length === 1) return [...ranked(both, 2), ...ranked(loosely, 1)];
		const some = meetingMost(exact);
		return some.size > 0 ? ranked(some, 2) : ranked(meetingMost(near), 1);
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
