import { lineOf, SEPARATOR, type Category } from "../domain/categories";
import type { Entry } from "./entry";

/** Products by a value that they have. */
export type Group = ReadonlyMap<string, ReadonlySet<Entry>>;
type Growing = Map<string, Set<Entry>>;

const NONE: ReadonlySet<Entry> = new Set();

const enter = (group: Growing, value: string, entry: Entry): void => {
	const found = group.get(value);
	if (found) found.add(entry);
	else group.set(value, new Set([entry]));
};

const leave = (group: Growing, value: string, entry: Entry): void => {
	const found = group.get(value);
	found?.delete(entry);
	if (found?.size === 0) group.delete(value);
};

export const union = (sets: readonly ReadonlySet<Entry>[]): ReadonlySet<Entry> => {
	if (sets.length <= 1) return sets[0] ?? NONE;
	const all = new Set<Entry>();
	for (const set of sets) for (const entry of set) all.add(entry);
	return all;
};

/** Options are met in any case: "size" and "Size" are one. */
export const optionKey = (name: string): string => name.toLowerCase();

/** Products by their value of one option. */
export interface OptionGroup {
	readonly values: Group;
	/** How many products write the option's name so. */
	readonly spellings: ReadonlyMap<string, number>;
}

/** Who has what: for filters, facets and the tree of categories. Active products only. */
export interface AttributeIndex {
	readonly vendor: Group;
	readonly type: Group;
	readonly tag: Group;
	/** By id; a category holds what lies below it too. */
	readonly category: Group;
	/** By option key. */
	readonly options: ReadonlyMap<string, OptionGroup>;
	/** The categories that hold something. */
	readonly categories: ReadonlyMap<string, Category>;
	add(entry: Entry): void;
	remove(entry: Entry): void;
	/** The products in the categories that somebody means: by id, by path ("Kitchen > Coffee Machines") or by last name. */
	inCategory(named: string): ReadonlySet<Entry>;
}

const choices = ({ product: { content }, values }: Entry): readonly (readonly [name: string, values: readonly string[]])[] =>
	content.options.map(({ name }, index) => [name, values[index] ?? []]);

export const pathText = ({ path }: Category): string => path.join(SEPARATOR);

export const attributeIndex = (): AttributeIndex => {
	const vendor: Growing = new Map();
	const type: Growing = new Map();
	const tag: Growing = new Map();
	const category: Growing = new Map();
	const options = new Map<string, { values: Growing; spellings: Map<string, number> }>();
	const categories = new Map<string, Category>();

	const plain = (entry: Entry, change: typeof enter): void => {
		const { content } = entry.product;
		if (content.vendor !== "") change(vendor, content.vendor, entry);
		if (content.type !== "") change(type, content.type, entry);
		for (const value of content.tags) change(tag, value, entry);
		for (const id of entry.categories) change(category, id, entry);
	};

	return {
		vendor,
		type,
		tag,
		category,
		options,
		categories,
		add(entry) {
			plain(entry, enter);
			for (const path of entry.product.content.categories) for (const each of lineOf(path)) categories.set(each.id, each);
			for (const [name, values] of choices(entry)) {
				const group = options.get(optionKey(name)) ?? { values: new Map() as Growing, spellings: new Map<string, number>() };
				options.set(optionKey(name), group);
				group.spellings.set(name, (group.spellings.get(name) ?? 0) + 1);
				for (const value of values) enter(group.values, value, entry);
			}
		},
		remove(entry) {
			plain(entry, leave);
			for (const id of entry.categories) if (!category.has(id)) categories.delete(id);
			for (const [name, values] of choices(entry)) {
				const group = options.get(optionKey(name));
				const left = (group?.spellings.get(name) ?? 0) - 1;
				if (left > 0) group?.spellings.set(name, left);
				else group?.spellings.delete(name);
				for (const value of values) if (group) leave(group.values, value, entry);
				if (group?.values.size === 0) options.delete(optionKey(name));
			}
		},
		inCategory(named) {
			const meant = [...categories.values()].filter((each) => each.id === named || each.name === named || pathText(each) === named);
			return union(meant.map(({ id }) => category.get(id) ?? NONE));
		},
	};
};
