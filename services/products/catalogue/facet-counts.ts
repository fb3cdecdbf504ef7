import type { Entry } from "./entry";
import { optionKey, type Group, type AttributeIndex } from "./attribute-index";
import type { Filters } from "./query";
import { variantsMeeting } from "./filtering";

/** Number of products per value. */
export type Counted = ReadonlyMap<string, number>;

export interface CountedOption {
	readonly values: Counted;
	/** Number of products per spelling of the option name. */
	readonly spellings: Counted;
}

export const increment = (counts: Map<string, number>, value: string): void => void counts.set(value, (counts.get(value) ?? 0) + 1);

export const groupSizes = (group: Group): Counted => new Map(Array.from(group, ([value, { size }]) => [value, size]));

const oneOf = (value: string): readonly string[] => (value === "" ? [] : [value]);

const VALUES = {
	vendor: ({ product }) => oneOf(product.content.vendor),
	type: ({ product }) => oneOf(product.content.type),
	tag: ({ product }) => product.content.tags,
	category: ({ categories }) => categories,
} as const satisfies Record<string, (entry: Entry) => readonly string[]>;

export type Kind = keyof typeof VALUES;
export const KINDS = Object.keys(VALUES) as Kind[];

/** Counts several kinds in a single pass. */
export const countKinds = (entries: readonly Entry[], kinds: readonly Kind[]): ReadonlyMap<Kind, Counted> => {
	const counts = new Map(kinds.map((kind) => [kind, new Map<string, number>()]));
	for (const entry of entries) for (const [kind, known] of counts) for (const value of VALUES[kind](entry)) increment(known, value);
	return counts;
};

/** Counts the option values of the variants that match the filters. */
export const countOptions = (entries: readonly Entry[], filters: NonNullable<Filters["options"]>): ReadonlyMap<string, CountedOption> => {
	const options = new Map<string, { values: Map<string, number>; spellings: Map<string, number> }>();
	for (const entry of entries) {
		const matching = filters.length === 0 ? undefined : variantsMeeting(entry, filters);
		for (const [index, { name }] of entry.product.content.options.entries()) {
			const option = options.get(optionKey(name)) ?? { values: new Map<string, number>(), spellings: new Map<string, number>() };
			options.set(optionKey(name), option);
			increment(option.spellings, name);
			const values = matching ? new Set(matching.map((variant) => variant.values[index] ?? "")) : (entry.values[index] ?? []);
			for (const value of values) increment(option.values, value);
		}
	}
	return options;
};

/** Option counts over all active products, taken from the index. */
export const allOptions = ({ options }: AttributeIndex): ReadonlyMap<string, CountedOption> =>
	new Map(Array.from(options, ([key, { values, spellings }]) => [key, { values: groupSizes(values), spellings }]));
