import { LRUCache } from "lru-cache";
import { isRejection, type Rejection } from "@kernel/rejection";
import type { Product, Variant } from "../domain/model";
import type { Serialized } from "../products.contract";
import type { Live } from "../views";
import { categoriesMet, entryOf, type Entry } from "./entry";
import { groups as makeGroups, type Groups } from "./groups";
import { lists as makeLists } from "./lists";
import { pageOf } from "./pages";
import type { Query } from "./query";
import { ranking } from "./ranking";
import { search as makeSearch } from "./search";
import { rendered as makeRendered, serialized, serializePage } from "./serialized";
import { ORDERS } from "./sorts";

/**
 * All products of the shop, in memory: what shoppers read. It holds no truth of its own; it is built from the documents at start and told of
 * every change.
 */
export interface Catalogue {
	/** Takes a product as it is now. @returns false where it is known so already, or better */
	put(product: Product, version: number): boolean;
	/** @returns false where that is known already */
	setStock(sku: string, available: boolean): boolean;
	inStock(sku: string): boolean;

	readonly size: number;
	/** Drafts too. */
	all(): IterableIterator<Entry>;
	byId(id: string): Entry | undefined;
	byHandle(handle: string): Entry | undefined;
	bySku(sku: string): { readonly entry: Entry; readonly variant: Variant } | undefined;

	/** A page of active products. */
	browse(query: Query): Serialized | Rejection<"VALIDATION_FAILED">;
	/** An active product. */
	view(handleOrId: string): Serialized | undefined;
	readonly groups: Groups;
}

const MAX_PAGES_BYTES = 33_554_432;
const OVERHEAD_BYTES = 512;

const live = (product: Product): Live | undefined => (product.content ? (product as Live) : undefined);

export const makeCatalogue = (currency: string): Catalogue => {
	const met = categoriesMet();
	const entries = new Map<string, Entry>();
	const handles = new Map<string, Entry>();
	const skus = new Map<string, Entry>();
	const stocked = new Set<string>();
	const removed = new Map<string, number>(); // versions: an older document must not bring it back
	const inStock = (sku: string): boolean => stocked.has(sku);

	const groups = makeGroups(met);
	const search = makeSearch();
	const rankings = {
		newest: ranking(ORDERS.newest),
		price: ranking(ORDERS.price),
		"-price": ranking(ORDERS["-price"]),
		title: ranking(ORDERS.title),
	};
	const lists = makeLists({ groups, rankings, search, currency, entry: (id) => entries.get(id) });
	const rendered = makeRendered(inStock);
	const pages = new LRUCache<string, Serialized>({
		maxSize: MAX_PAGES_BYTES,
		sizeCalculation: ({ body }, key) => body.length + key.length + OVERHEAD_BYTES,
	});
	const indexes = [groups, search, ...Object.values(rankings)];

	const changed = (): void => {
		lists.forget();
		if (pages.size > 0) pages.clear();
	};
	const remove = (entry: Entry): void => {
		const { handle, variants } = entry.product.content;
		entries.delete(entry.id);
		if (handles.get(handle) === entry) handles.delete(handle);
		for (const { sku } of variants) if (skus.get(sku) === entry) skus.delete(sku);
		rendered.forget(entry);
		if (entry.active) for (const index of indexes) index.remove(entry);
	};
	const add = (entry: Entry): void => {
		const { handle, variants } = entry.product.content;
		entries.set(entry.id, entry);
		handles.set(handle, entry);
		for (const { sku } of variants) skus.set(sku, entry);
		if (entry.active) for (const index of indexes) index.add(entry);
	};

	return {
		put(product, version) {
			const known = entries.get(product.id);
			if ((known?.version ?? removed.get(product.id) ?? 0) >= version) return false;
			if (known) remove(known);
			const now = live(product);
			if (now) add(entryOf(now, version, currency, met, inStock));
			else removed.set(product.id, version);
			changed();
			return true;
		},
		setStock(sku, available) {
			if (stocked.has(sku) === available) return false;
			if (available) stocked.add(sku);
			else stocked.delete(sku);
			const entry = skus.get(sku);
			if (!entry) return false;
			entry.inStock = entry.product.content.variants.some((variant) => inStock(variant.sku));
			rendered.forget(entry);
			changed();
			return true;
		},
		inStock,
		get size() {
			return entries.size;
		},
		all: () => entries.values(),
		byId: (id) => entries.get(id),
		byHandle: (handle) => handles.get(handle),
		bySku(sku) {
			const entry = skus.get(sku);
			const variant = entry?.product.content.variants.find((each) => each.sku === sku);
			return entry && variant && { entry, variant };
		},
		browse(query) {
			const key = JSON.stringify(query);
			const known = pages.get(key);
			if (known) return known;
			const page = pageOf(lists, query);
			if (isRejection(page)) return page;
			const made = serializePage(page, query.facets ? lists.facets(query) : undefined, rendered);
			pages.set(key, made);
			return made;
		},
		view(handleOrId) {
			const entry = entries.get(handleOrId) ?? handles.get(handleOrId);
			return entry?.active ? serialized(rendered.of(entry)) : undefined;
		},
		groups,
	};
};
