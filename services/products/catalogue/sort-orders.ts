import type { Entry } from "./entry";

export type Sort = "newest" | "price" | "-price" | "title";
export type Key = string | number;

/** A total order of products: by a key, and by id where keys are the same. A place in it can be told by key and id alone. */
export interface Order {
	keyOf(entry: Entry): Key;
	/** Of keys. */
	compare(a: Key, b: Key): number;
}

export interface Place {
	readonly key: Key;
	readonly id: string;
}

const rising = (a: Key, b: Key): number => (a as number) - (b as number);
const falling = (a: Key, b: Key): number => (b as number) - (a as number);
/** The same on every node, whatever its locale. */
const collator = new Intl.Collator("en");

/** Prices in another currency than the shop's compare with none of its own: they come last. */
export const ORDERS: Readonly<Record<Sort, Order>> = {
	newest: { keyOf: ({ product }) => product.createdAt, compare: falling },
	price: { keyOf: ({ low }) => low ?? Number.MAX_SAFE_INTEGER, compare: rising },
	"-price": { keyOf: ({ high }) => high ?? -1, compare: falling },
	title: { keyOf: ({ product }) => product.content.title, compare: (a, b) => collator.compare(a as string, b as string) },
};

export const compareIds = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const comparePlaces = ({ compare }: Order, a: Place, b: Place): number => compare(a.key, b.key) || compareIds(a.id, b.id);

export const compareEntries =
	({ keyOf, compare }: Order) =>
	(a: Entry, b: Entry): number =>
		compare(keyOf(a), keyOf(b)) || compareIds(a.id, b.id);

export const positionOf = ({ keyOf }: Order, entry: Entry): Place => ({ key: keyOf(entry), id: entry.id });
