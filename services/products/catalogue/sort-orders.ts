import type { Entry } from "./entry";

export type Sort = "newest" | "price" | "-price" | "title";
export type Key = string | number;

/** A total order of products: by key, then by id. A position is identified by key and id alone. */
export interface Order {
	keyOf(entry: Entry): Key;
	compare(a: Key, b: Key): number;
}

export interface Place {
	readonly key: Key;
	readonly id: string;
}

const ascending = (a: Key, b: Key): number => (a as number) - (b as number);
const descending = (a: Key, b: Key): number => (b as number) - (a as number);
/** Fixed locale, so that the order is the same on every node. */
const collator = new Intl.Collator("en");

/** Prices in another currency than the shop's are not comparable; such products come last. */
export const ORDERS: Readonly<Record<Sort, Order>> = {
	newest: { keyOf: ({ product }) => product.createdAt, compare: descending },
	price: { keyOf: ({ low }) => low ?? Number.MAX_SAFE_INTEGER, compare: ascending },
	"-price": { keyOf: ({ high }) => high ?? -1, compare: descending },
	title: { keyOf: ({ product }) => product.content.title, compare: (a, b) => collator.compare(a as string, b as string) },
};

export const compareIds = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const comparePlaces = ({ compare }: Order, a: Place, b: Place): number => compare(a.key, b.key) || compareIds(a.id, b.id);

export const compareEntries =
	({ keyOf, compare }: Order) =>
	(a: Entry, b: Entry): number =>
		compare(keyOf(a), keyOf(b)) || compareIds(a.id, b.id);

export const positionOf = ({ keyOf }: Order, entry: Entry): Place => ({ key: keyOf(entry), id: entry.id });
