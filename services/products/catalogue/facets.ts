import { money } from "@kernel/money";
import type { Facets } from "../products.contract";
import { allOptions, countKinds, countOptions, KINDS, groupSizes, type Counted, type CountedOption, type Kind } from "./facet-counts";
import type { Entry } from "./entry";
import { pathText, type AttributeIndex } from "./attribute-index";
import type { Filters } from "./query";

type Counts = Facets["vendor"];

/** Result of a filter; "everything" means all active products, whose counts the index provides. */
export type Found = readonly Entry[] | "everything";

/** Precomputed data about all active products. */
export interface FacetContext {
	readonly groups: AttributeIndex;
	/** Currency of the shop. */
	readonly currency: string;
	/** Lowest and highest price in the shop's currency. */
	prices(): PriceRange | undefined;
}

interface PriceRange {
	readonly low: number;
	readonly high: number;
}

const MAX_VALUES = 250;

const ordered = (counts: Iterable<readonly [string, number]>): Counts =>
	Array.from(counts, ([value, count]) => ({ value, count }))
		.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
		.slice(0, MAX_VALUES);

const pricesOf = (entries: readonly Entry[]): PriceRange | undefined => {
	let [min, max] = [Infinity, -Infinity];
	for (const { low, high } of entries) {
		if (low === null || high === null) continue;
		if (low < min) min = low;
		if (high > max) max = high;
	}
	return max < min ? undefined : { low: min, high: max };
};

const without = (filters: Filters, kind: keyof Filters): Filters => {
	const { [kind]: _, ...rest } = filters;
	return rest;
};

/** Counts kinds that share the same result set in a single pass. */
const kindsOf = (groups: AttributeIndex, filters: Filters, find: (filters: Filters) => Found): ReadonlyMap<Kind, Counted> => {
	const byFound = Map.groupBy(KINDS, (kind) => find(without(filters, kind)));
	return new Map(
		Array.from(byFound, ([found, kinds]) =>
			found === "everything" ? kinds.map((kind) => [kind, groupSizes(groups[kind])] as const) : [...countKinds(found, kinds)],
		).flat(),
	);
};

const optionsOf = (groups: AttributeIndex, filters: Filters, find: (filters: Filters) => Found): Facets["options"] => {
	const chosen = filters.options ?? [];
	const count = (found: Found, matched: typeof chosen): ReadonlyMap<string, CountedOption> =>
		found === "everything" ? allOptions(groups) : countOptions(found, matched);
	const unchosen = [...count(find(filters), chosen)].filter(([key]) => !chosen.some(([other]) => other === key));
	const own = chosen.flatMap(([key]) => {
		const others = chosen.filter(([other]) => other !== key);
		const rest = without(filters, "options");
		const option = count(find(others.length > 0 ? { ...rest, options: others } : rest), others).get(key);
		return option ? [option] : [];
	});
	return Object.fromEntries(
		[...own, ...unchosen.map(([, option]) => option)].map(({ values, spellings }) => [
			ordered(spellings)[0]?.value ?? "",
			ordered(values),
		]),
	);
};

/** @param find evaluates a variation of the requested filters */
export const facetsOf = ({ groups, currency, prices }: FacetContext, filters: Filters, find: (filters: Filters) => Found): Facets => {
	const kinds = kindsOf(groups, filters, find);
	const counts = (kind: Kind): Counted => kinds.get(kind) ?? new Map<string, number>();
	const priced = find(without(filters, "price"));
	const range = priced === "everything" ? prices() : pricesOf(priced);
	return {
		vendor: ordered(counts("vendor")),
		type: ordered(counts("type")),
		category: ordered(Array.from(counts("category"), ([id, n]) => [pathText(groups.categories.get(id)!), n])),
		tag: ordered(counts("tag")),
		options: optionsOf(groups, filters, find),
		price: range ? { min: money(range.low, currency), max: money(range.high, currency) } : null,
	};
};
