import { Actors } from "@mixins/actors/actor";
import { nameClaims } from "@mixins/actors/name-claims";
import { keyedQueue, type KeyedQueue } from "@mixins/async/keyed-queue";
import type { Collection, Store } from "@mixins/store/port";
import { createCatalogue, type Catalogue } from "./catalogue/catalogue";
import { namesOf, type Product, type ProductEvent } from "./domain/model";
import { product } from "./domain/product";
import { uniqueNames, type UniqueNames } from "./unique-names";
import { products } from "./products.store";

/** Shared dependencies of the products service on this node. */
export interface ProductsContext {
	readonly actors: Actors<Product, ProductEvent, typeof product.commands>;
	readonly collection: Collection<Product, ProductEvent>;
	readonly catalogue: Catalogue;
	readonly names: UniqueNames;
	/** Serializes changes to one product within this process. */
	readonly queue: KeyedQueue;
	readonly exclusive: boolean;
}

/**
 * @param currency currency of the shop
 * @param committed called for each product committed by this node, in the event-loop turn of the commit and after the catalogue is updated
 * @param changed called on every change to the catalogue, by any node
 */
export const productsContext = (store: Store, currency: string, committed: (id: string) => void, changed: () => void): ProductsContext => {
	const collection = store.collection(products);
	const catalogue = createCatalogue(currency, changed);
	const actors = new Actors(product, collection, {
		exclusive: store.exclusive,
		limits: { batch: 1 },
		committed(id, state, version) {
			if (catalogue.put(state, version)) committed(id);
		},
	});
	const has = async (id: string, name: string): Promise<boolean> =>
		(await actors.read(id, ({ content }) => content !== null && namesOf(content).includes(name))) ?? false;
	const names = uniqueNames({ claims: nameClaims(store, "product_name"), exclusive: store.exclusive, has });
	return { actors, collection, catalogue, names, queue: keyedQueue(), exclusive: store.exclusive };
};

/** A product at one version. States are replaced, never mutated, so a reference may be kept. */
export interface ProductSnapshot {
	readonly product: Product;
	readonly version: number;
}

export const productSnapshot = (product: Product, version: number): ProductSnapshot => ({ product, version });
