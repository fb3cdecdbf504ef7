import MiniSearch, { type SearchOptions } from "minisearch";
import type { Entry } from "./entry";
import { fold } from "./fold";

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

const FIELDS = {
	title: ({ content }) => content.title,
	vendor: ({ content }) => content.vendor,
	type: ({ content }) => content.type,
	tags: ({ content }) => content.tags.join(" "),
	options: ({ content }) => content.options.flatMap(({ values }) => values).join(" "),
} as const satisfies Record<string, (product: Entry["product"]) => string>;

const BOOST: Readonly<Record<keyof typeof FIELDS, number>> = { title: 4, vendor: 2, type: 2, tags: 2, options: 1 };

const lastIsPrefix = (_: string, index: number, terms: readonly string[]): boolean => index === terms.length - 1;
const fuzzy = (term: string): number | boolean => (term.length < SHORTEST_FUZZY ? false : FUZZINESS);

const EXACT: SearchOptions = { combineWith: "AND", prefix: lastIsPrefix };
const FUZZY: SearchOptions = { ...EXACT, fuzzy };
const ANY: SearchOptions = { ...EXACT, combineWith: "OR" };
const ANY_FUZZY: SearchOptions = { ...FUZZY, combineWith: "OR" };

/** SKUs and barcodes, which are found whole only. */
const codesOf = ({ product: { content } }: Entry): Set<string> =>
	new Set(content.variants.flatMap(({ sku, barcode }) => (barcode === null ? fold(sku) : [fold(sku), fold(barcode)])));

export const search = (): Search => {
	const index = new MiniSearch<Entry>({
		fields: Object.keys(FIELDS),
		extractField: (entry, field) => (field === "id" ? entry.id : FIELDS[field as keyof typeof FIELDS](entry.product)),
		processTerm: (term) => fold(term) || null,
		searchOptions: { boost: BOOST },
	});
	const codes = new Map<string, readonly string[]>(); // to ids of products
	const terms = (words: string): string[] =>
		[...new Set(MiniSearch.getDefault("tokenize")(words) as string[])].filter((term) => term !== "").slice(0, MAX_TERMS);
	const ask = (words: string, tier: number, options: SearchOptions): Hit[] =>
		index.search(words, options).map(({ id, score }) => ({ id: id as string, score: score + tier * TIER }));

	const byWords = (words: string): readonly Hit[] => {
		const several = words.includes(" ");
		const exact = ask(words, 2, EXACT);
		if (exact.length >= ENOUGH) return exact;
		const known = new Set(exact.map(({ id }) => id));
		const loose = ask(words, 1, FUZZY).filter(({ id }) => !known.has(id));
		if (exact.length + loose.length > 0 || !several) return [...exact, ...loose];
		const some = ask(words, 2, ANY);
		return some.length > 0 ? some : ask(words, 1, ANY_FUZZY);
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
