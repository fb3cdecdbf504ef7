import { derivedId } from "@kernel/ids";

export interface Category {
	readonly id: string;
	readonly name: string;
	readonly path: readonly string[];
}

/** How a path is written in a CSV and in a filter. No name of a category holds its ">". */
export const SEPARATOR = " > ";

const known = new Map<string, Category>();

/** A category is its path: the same path names the same category for ever. */
export const categoryOf = (path: readonly string[]): Category => {
	const key = JSON.stringify(path);
	const remembered = known.get(key);
	if (remembered) return remembered;
	const category = { id: derivedId("cat", ...path), name: path.at(-1) ?? "", path };
	known.set(key, category);
	return category;
};

/** The category and all that it lies in, the widest first. */
export const lineOf = (path: readonly string[]): Category[] => path.map((_, index) => categoryOf(path.slice(0, index + 1)));
