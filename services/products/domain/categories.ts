import { derivedId } from "@kernel/ids";

export interface Category {
	readonly id: string;
	readonly name: string;
	readonly path: readonly string[];
}

/** Separator of a path in a CSV or filter. Category names must not contain ">". */
export const SEPARATOR = " > ";

const known = new Map<string, Category>();

/** A category is identified by its path; its id is derived from the path and never changes. */
export const categoryOf = (path: readonly string[]): Category => {
	const key = JSON.stringify(path);
	const remembered = known.get(key);
	if (remembered) return remembered;
	const category = { id: derivedId("cat", ...path), name: path.at(-1) ?? "", path };
	known.set(key, category);
	return category;
};

/** The category and all its ancestors, from the top level down. */
export const lineOf = (path: readonly string[]): Category[] => path.map((_, index) => categoryOf(path.slice(0, index + 1)));
