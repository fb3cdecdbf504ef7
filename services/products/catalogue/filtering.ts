import type { Entry } from "./entry";
import { optionKey, union, type AttributeIndex } from "./attribute-index";
import type { Filters } from "./query";

type Test = (entry: Entry) => boolean;

/** Evaluation plan of filters: sets that must all contain a product, and tests for conditions without a set. */
interface FilterPlan {
	readonly sets: readonly ReadonlySet<Entry>[];
	readonly tests: readonly Test[];
}

const NONE: ReadonlySet<Entry> = new Set();

const priceTest =
	({ min, max }: NonNullable<Filters["price"]>): Test =>
	({ low, high, product }) => {
		if (low === null || high === null || low > max || high < min) return false;
		return low >= min || high <= max || product.content.variants.some(({ price }) => price >= min && price <= max);
	};

/** Requested values for each option of the product; undefined if any value matches. */
const wantedValues = ({ product: { content } }: Entry, options: NonNullable<Filters["options"]>): (readonly string[] | undefined)[] =>
	content.options.map(({ name }) => options.find(([key]) => key === optionKey(name))?.[1]);

/** Variants that have a requested value in every requested option. */
export const variantsMeeting = (
	entry: Entry,
	options: NonNullable<Filters["options"]>,
): readonly { readonly values: readonly string[] }[] => {
	const { variants } = entry.product.content;
	if (options.length === 0) return variants;
	const wanted = wantedValues(entry, options);
	if (wanted.filter((values) => values !== undefined).length < options.length) return [];
	return variants.filter(({ values }) =>
		wanted.every((allowed, index) => allowed === undefined || allowed.includes(values[index] ?? "")),
	);
};

const planFilters = (groups: AttributeIndex, { vendor, type, tag, category, options = [], price, inStock }: Filters): FilterPlan => {
	const anyOf = (group: ReadonlyMap<string, ReadonlySet<Entry>> | undefined, values: readonly string[]) =>
		union(values.map((value) => group?.get(value) ?? NONE));
	return {
		sets: [
			...(vendor ? [anyOf(groups.vendor, vendor)] : []),
			...(type ? [anyOf(groups.type, type)] : []),
			...(tag ? [anyOf(groups.tag, tag)] : []),
			...(category ? [union(category.map(groups.inCategory))] : []),
			...options.map(([key, values]) => anyOf(groups.options.get(key)?.values, values)),
		],
		tests: [
			...(options.length > 1 ? [(entry: Entry) => variantsMeeting(entry, options).length > 0] : []),
			...(price ? [priceTest(price)] : []),
			...(inStock === undefined ? [] : [(entry: Entry) => entry.inStock === inStock]),
		],
	};
};

/**
 * Selects the products that match the filters. The order of `among` is kept; without `among` the order is unspecified.
 *
 * @param all returns every active product
 * @param among the products to select from; undefined for all
 */
export const selectProducts = (
	groups: AttributeIndex,
	filters: Filters,
	all: () => readonly Entry[],
	among: readonly Entry[] | undefined,
): readonly Entry[] => {
	const { sets, tests } = planFilters(groups, filters);
	const smallestFirst = [...sets].sort((a, b) => a.size - b.size);
	const smallest = among ? undefined : smallestFirst[0];
	const others = among ? smallestFirst : smallestFirst.slice(1);
	const matches = (entry: Entry): boolean => others.every((set) => set.has(entry)) && tests.every((test) => test(entry));
	const found: Entry[] = [];
	for (const entry of among ?? smallest ?? all()) if (matches(entry)) found.push(entry);
	return found;
};
