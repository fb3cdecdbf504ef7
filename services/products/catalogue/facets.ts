import { money } from "@kernel/money";
import type { Facets } from "../products.contract";
import type { Entry } from "./entry";
import { optionKey, pathText, type Group, type Groups } from "./groups";
import type { Filters } from "./query";
import { variantsMeeting } from "./selection";

type Counts = Facets["vendor"];
type Kind = keyof Filters;

/** What is found with these filters; `whole`: all active products, whose counts are known already. */
export interface Found {
	readonly entries: readonly Entry[];
	readonly whole: boolean;
}

const MAX_VALUES = 250;

const ordered = (counts: Iterable<readonly [string, number]>): Counts =>
	[...counts]
		.map(([value, count]) => ({ value, count }))
		.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
		.slice(0, MAX_VALUES);

const count = (entries: readonly Entry[], valuesOf: (entry: Entry) => Iterable<string>): Map<string, number> => {
	const counts = new Map<string, number>();
	for (const entry of entries) for (const value of valuesOf(entry)) counts.set(value, (counts.get(value) ?? 0) + 1);
	return counts;
};

const sizes = (group: Group): [string, number][] => Array.from(group, ([value, { size }]) => [value, size]);

const priceRange = (entries: readonly Entry[], currency: string): Facets["price"] => {
	let min = Infinity;
	let max = -Infinity;
	for (const { low, high } of entries) {
		if (low === null || high === null) continue;
		if (low < min) min = low;
		if (high > max) max = high;
	}
	return max < min ? null : { min: money(min, currency), max: money(max, currency) };
};

/** The spelling that most products use, of each option. */
const spellings = (entries: readonly Entry[]): Map<string, string> => {
	const names = count(entries, ({ product }) => product.content.options.map(({ name }) => name));
	const byKey = new Map<string, string>();
	for (const { value } of ordered(names)) if (!byKey.has(optionKey(value))) byKey.set(optionKey(value), value);
	return byKey;
};

/** The values of one option among the variants that meet the filters of the others. */
const valuesUnder = (key: string, others: NonNullable<Filters["options"]>) => (entry: Entry) => {
	const index = entry.product.content.options.findIndex(({ name }) => optionKey(name) === key);
	return index < 0 ? [] : new Set(variantsMeeting(entry, others).map(({ values }) => values[index] ?? ""));
};

/** @param find what is found with other filters than those that were asked for */
export const facetsOf = (groups: Groups, filters: Filters, currency: string, find: (filters: Filters) => Found): Facets => {
	const without = (kind: Kind): Found => {
		const { [kind]: _, ...rest } = filters;
		return find(rest);
	};
	const values = (kind: "vendor" | "type" | "tag", valuesOf: (entry: Entry) => Iterable<string>): Counts => {
		const { entries, whole } = without(kind);
		return ordered(whole ? sizes(groups[kind]) : count(entries, valuesOf));
	};
	const categories = (): Counts => {
		const { entries, whole } = without("category");
		const counts = whole ? sizes(groups.category) : count(entries, (entry) => entry.categories);
		return ordered([...counts].map(([id, n]) => [pathText(groups.categories.get(id)!), n]));
	};
	const chosen = filters.options ?? [];
	const optionValues = (key: string): Counts => {
		const others = chosen.filter(([other]) => other !== key);
		const { options: _, ...rest } = filters;
		const { entries, whole } = find(others.length > 0 ? { ...rest, options: others } : rest);
		return ordered(whole ? sizes(groups.options.get(key) ?? new Map()) : count(entries, valuesUnder(key, others)));
	};
	const options = [...spellings(without("options").entries)].map(([key, name]) => [name, optionValues(key)] as const);

	return {
		vendor: values("vendor", ({ product: { content } }) => (content.vendor === "" ? [] : [content.vendor])),
		type: values("type", ({ product: { content } }) => (content.type === "" ? [] : [content.type])),
		category: categories(),
		tag: values("tag", ({ product: { content } }) => content.tags),
		options: Object.fromEntries(options.filter(([, counts]) => counts.length > 0)),
		price: priceRange(without("price").entries, currency),
	};
};
