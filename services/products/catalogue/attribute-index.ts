import { lineOf, SEPARATOR, type Category } from "../domain/categories";
import type { Entry } from "./entry";

/** Products by attribute value. */
export type Group = ReadonlyMap<string, ReadonlySet<Entry>>;
type MutableGroup = Map<string, Set<Entry>>;

const NONE: ReadonlySet<Entry> = new Set();

const addTo = (group: MutableGroup, value: string, entry: Entry): void => {
	const found = group.get(value);
	if (found) found.add(entry);
	else group.set(value, new Set([entry]));
};

const removeFrom = (group: MutableGroup, value: string, entry: Entry): void => {
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

/** Option names are compared case-insensitively: "size" and "Size" are the same option. */
export const optionKey = (name: string): string => name.toLowerCase();

/** Products by the values of one option. */
export interface OptionGroup {
	readonly values: Group;
	/** Number of products per spelling of the option name. */
	readonly spellings: ReadonlyMap<string, number>;
}

/** Active products by attribute, for filters, facets and the category tree. */
export interface AttributeIndex {
	readonly vendor: Group;
	readonly type: Group;
	readonly tag: Group;
	/** By category id; a category includes the products of its subcategories. */
	readonly category: Group;
	/** By option key. */
	readonly options: ReadonlyMap<string, OptionGroup>;
	/** Categories with at least one product, by id. */
	readonly categories: ReadonlyMap<string, Category>;
	add(entry: Entry): void;
	remove(entry: Entry): void;
	/** Products of every category that matches an id, a path ("Kitchen > Coffee Machines") or a name. */
	inCategory(named: string): ReadonlySet<Entry>;
}

const choices = ({ product: { content }, values }: Entry): readonly (readonly [name: string, values: readonly string[]])[] =>
	content.options.map(({ name }, index) => [name, values[index] ?? []]);

export const pathText = ({ path }: Category): string => path.join(SEPARATOR);

export const attributeIndex = (): AttributeIndex => {
	const vendor: MutableGroup = new Map();
	const type: MutableGroup = new Map();
	const tag: MutableGroup = new Map();
	const category: MutableGroup = new Map();
	const options = new Map<string, { values: MutableGroup; spellings: Map<string, number> }>();
	const categories = new Map<string, Category>();

	const updateSimpleGroups = (entry: Entry, change: typeof addTo): void => {
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
			updateSimpleGroups(entry, addTo);
			for (const path of entry.product.content.categories) for (const each of lineOf(path)) categories.set(each.id, each);
			for (const [name, values] of choices(entry)) {
				const group = options.get(optionKey(name)) ?? { values: new Map() as MutableGroup, spellings: new Map<string, number>() };
				options.set(optionKey(name), group);
				group.spellings.set(name, (group.spellings.get(name) ?? 0) + 1);
				for (const value of values) addTo(group.values, value, entry);
			}
		},
		remove(entry) {
			updateSimpleGroups(entry, removeFrom);
			for (const id of entry.categories) if (!category.has(id)) categories.delete(id);
			for (const [name, values] of choices(entry)) {
				const group = options.get(optionKey(name));
				const left = (group?.spellings.get(name) ?? 0) - 1;
				if (left > 0) group?.spellings.set(name, left);
				else group?.spellings.delete(name);
				for (const value of values) if (group) removeFrom(group.values, value, entry);
				if (group?.values.size === 0) options.delete(optionKey(name));
			}
		},
		inCategory(named) {
			const matching = [...categories.values()].filter(
				(each) => each.id === named || each.name === named || pathText(each) === named,
			);
			return union(matching.map(({ id }) => category.get(id) ?? NONE));
		},
	};
};
