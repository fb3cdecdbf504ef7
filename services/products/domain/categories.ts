import { derivedId } from "@kernel/ids";

export interface Category {
	readonly id: string;
	readonly name: string;
	readonly path: readonly string[];
}

/** How a path is written in a CSV and in a filter. No name of a category holds its ">". */
export const SEPARATOR = " > ";

/** A category is its path: the same path names the same category for ever. */
export const categoryOf = (path: readonly string[]): Category => ({ id: derivedId("cat", ...path), name: path.at(-1) ?? "", path });

/** The path and all that it lies in, the widest first. */
export const withAncestors = (path: readonly string[]): (readonly string[])[] => path.map((_, index) => path.slice(0, index + 1));
