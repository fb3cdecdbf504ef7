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
 * All products of the shop, in memory: what shoppers read. It holds no truth of its own; it is built from the documents at start and told of
 * every change.
 */
export interface Catalogue {
	/** Takes all products, at first. */
	fill(documents: AsyncIterable<Versioned<Product>>): Promise<void>;
	/** Takes a product as it is now. @returns false where it is known so already, or better */
	put(product: Product, version: number): boolean;
	/** @returns false where no page says anything else for it */
	setStock(sku: string, available: boolean): boolean;
	inStock(sku: string): boolean;
	/** Whether the inventory is known to have counted it. */
	isCounted(sku: string): boolean;

	/** Drafts too. */
	readonly newestFirst: Listed & Pick<SortedList, "all">;
	byId(id: string): Entry | undefined;
	byHandle(handle: string): Entry | undefined;
	bySku(sku: string): { readonly entry: Entry; readonly variant: Variant } | undefined;

	/** A page of active products. */
	browse(query: Query): Serialized | Rejection<"VALIDATION_FAILED">;
	/** An active product. */
	view(handleOrId: string): Serialized | undefined;
	readonly groups: AttributeIndex;
}

/** Documents that are taken in one go. */
const TAKEN_AT_ONCE = 8;
const MAX_PAGES_BYTES = 33_554_432;
const OVERHEAD_BYTES = 512;

const live = (product: Product): ExistingProduct | undefined => (product.content ? (product as ExistingProduct) : undefined);

/** @param onChange told in the turn of each change that a page could show */
export const createCatalogue = (currency: string, onChange: () => void = () => undefined): Catalogue => {
	const entries = new Map<string, Entry>();
	const handles = new Map<string, Entry>();
	const skus = new Map<string, Entry>();
	const stock = new Map<string, boolean>(); // of every SKU that the inventory is known to have counted: whether there is any
	const removed = new Map<string, number>(); // versions: an older document must not bring it back
	const inStock = (sku: string): boolean => stock.get(sku) === true;

	const groups = makeGroups();
	const search = makeSearch();
	const sorted = {
		newest: sortedList(ORDERS.newest),
		price: sortedList(ORDERS.price),
		"-price": sortedList(ORDERS["-price"]),
		title: sortedList(ORDERS.title),
	};
	const everyone = sortedList(ORDERS.newest);
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
		everyone.remove(entry);
		if (entry.active) for (const index of [...indexes, ...Object.values(sorted)]) index.remove(entry);
	};
	const enter = (entry: Entry): void => {
		const { handle, variants } = entry.product.content;
		entries.set(entry.id, entry);
		handles.set(handle, entry);
		for (const { sku } of variants) skus.set(sku, entry);
		if (entry.active) for (const index of indexes) index.add(entry);
	};
	const add = (entry: Entry): void => {
		enter(entry);
		everyone.add(entry);
		if (entry.active) for (const list of Object.values(sorted)) list.add(entry);
	};

	return {
		async fill(documents) {
			let taken = 0;
			for await (const { state, version } of documents) {
				if (++taken % TAKEN_AT_ONCE === 0) await timeSlice();
				const now = live(state);
				if (now) enter(entryOf(now, version, currency, inStock));
				else removed.set(state.id, version);
			}
			const all = [...entries.values()];
			const active = all.filter((entry) => entry.active);
			await everyone.fill(all);
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
		newestFirst: everyone,
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
