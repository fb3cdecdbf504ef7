import { LRUCache } from "lru-cache";
import { isRejection, type Rejection } from "@kernel/rejection";
import type { Versioned } from "@mixins/store/port";
import { timeSlice } from "@mixins/async/time-slice";
import type { Product, Variant } from "../domain/model";
import type { Serialized } from "../products.contract";
import type { ExistingProduct } from "../views";
import { entryOf, type Entry } from "./entry";
import { attributeIndex as makeGroups, type AttributeIndex } from "./attribute-index";
import { resultLists as makeLists } from "./result-lists";
import { pageOf } from "./pagination";
import type { Query } from "./query";
import { search as makeSearch } from "./search";
import { rendered as makeRendered, serialized, serializePage } from "./serialized";
import { sortedList, type Listed, type SortedList } from "./sorted-list";
import { ORDERS } from "./sort-orders";

/**
 * In-memory read model of all products, from which shoppers are served. It is built from the stored documents at start and updated on every
 * change.
 */
export interface Catalogue {
	/** Loads all products; called once, before any other change. */
	fill(documents: AsyncIterable<Versioned<Product>>): Promise<void>;
	/** Adds, replaces or removes a product. @returns false if this or a newer version is already known */
	put(product: Product, version: number): boolean;
	/** @returns false if no page changes */
	setStock(sku: string, available: boolean): boolean;
	inStock(sku: string): boolean;
	/** Whether the SKU is known to have a stock record. */
	isCounted(sku: string): boolean;

	/** All products, including drafts. */
	readonly newestFirst: Listed & Pick<SortedList, "all">;
	byId(id: string): Entry | undefined;
	byHandle(handle: string): Entry | undefined;
	bySku(sku: string): { readonly entry: Entry; readonly variant: Variant } | undefined;

	/** Returns a page of active products. */
	browse(query: Query): Serialized | Rejection<"VALIDATION_FAILED">;
	/** Returns an active product. */
	view(handleOrId: string): Serialized | undefined;
	readonly groups: AttributeIndex;
}

/** Number of documents loaded per time slice check. */
const DOCUMENTS_PER_SLICE = 8;
const MAX_PAGES_BYTES = 33_554_432;
const OVERHEAD_BYTES = 512;

const live = (product: Product): ExistingProduct | undefined => (product.content ? (product as ExistingProduct) : undefined);

/** @param onChange called in the same event-loop turn as each change that a page could show */
export const createCatalogue = (currency: string, onChange: () => void = () => undefined): Catalogue => {
	const entries = new Map<string, Entry>();
	const handles = new Map<string, Entry>();
	const skus = new Map<string, Entry>();
	const stock = new Map<string, boolean>(); // availability of every SKU that is known to have a stock record
	const removed = new Map<string, number>(); // versions of removed products, so that an older document does not restore one
	const inStock = (sku: string): boolean => stock.get(sku) === true;

	const groups = makeGroups();
	const search = makeSearch();
	const sorted = {
		newest: sortedList(ORDERS.newest),
		price: sortedList(ORDERS.price),
		"-price": sortedList(ORDERS["-price"]),
		title: sortedList(ORDERS.title),
	};
	const allNewestFirst = sortedList(ORDERS.newest);
	const lists = makeLists({ groups, sorted, search, currency, entry: (id) => entries.get(id) });
	const rendered = makeRendered(inStock);
	const pages = new LRUCache<string, Serialized>({
		maxSize: MAX_PAGES_BYTES,
		sizeCalculation: ({ body }, key) => body.length + key.length + OVERHEAD_BYTES,
	});
	const indexes = [groups, search];

	const changed = (): void => {
		lists.forget();
		if (pages.size > 0) pages.clear();
		onChange();
	};
	const remove = (entry: Entry): void => {
		const { handle, variants } = entry.product.content;
		entries.delete(entry.id);
		if (handles.get(handle) === entry) handles.delete(handle);
		for (const { sku } of variants) if (skus.get(sku) === entry) skus.delete(sku);
		rendered.forget(entry);
		allNewestFirst.remove(entry);
		if (entry.active) for (const index of [...indexes, ...Object.values(sorted)]) index.remove(entry);
	};
	const addToIndexes = (entry: Entry): void => {
		const { handle, variants } = entry.product.content;
		entries.set(entry.id, entry);
		handles.set(handle, entry);
		for (const { sku } of variants) skus.set(sku, entry);
		if (entry.active) for (const index of indexes) index.add(entry);
	};
	const add = (entry: Entry): void => {
		addToIndexes(entry);
		allNewestFirst.add(entry);
		if (entry.active) for (const list of Object.values(sorted)) list.add(entry);
	};

	return {
		async fill(documents) {
			let loaded = 0;
			for await (const { state, version } of documents) {
				if (++loaded % DOCUMENTS_PER_SLICE === 0) await timeSlice();
				const now = live(state);
				if (now) addToIndexes(entryOf(now, version, currency, inStock));
				else removed.set(state.id, version);
			}
			const all = [...entries.values()];
			const active = all.filter((entry) => entry.active);
			await allNewestFirst.fill(all);
			for (const list of Object.values(sorted)) await list.fill(active);
			changed();
		},
		put(product, version) {
			const known = entries.get(product.id);
			if ((known?.version ?? removed.get(product.id) ?? 0) >= version) return false;
			if (known) remove(known);
			const now = live(product);
			if (now) add(entryOf(now, version, currency, inStock));
			else removed.set(product.id, version);
			changed();
			return true;
		},
		setStock(sku, available) {
			const before = inStock(sku);
			stock.set(sku, available);
			if (before === available) return false;
			const entry = skus.get(sku);
			if (!entry) return false;
			entry.inStock = entry.product.content.variants.some((variant) => inStock(variant.sku));
			rendered.forget(entry);
			changed();
			return true;
		},
		inStock,
		isCounted: (sku) => stock.has(sku),
		newestFirst: allNewestFirst,
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
