import { Actors } from "@mixins/actors/actor";
import { nameClaims } from "@mixins/actors/name-claims";
import { keyedQueue, type KeyedQueue } from "@mixins/async/keyed-queue";
import type { Collection, Store } from "@mixins/store/port";
import { createCatalogue, type Catalogue } from "./catalogue/catalogue";
import { namesOf, type Product, type ProductEvent } from "./domain/model";
import { product } from "./domain/product";
import { uniqueNames, type UniqueNames } from "./unique-names";
import { products } from "./products.store";

/** Where the products of this node are. */
export interface ProductsContext {
	readonly actors: Actors<Product, ProductEvent, typeof product.commands>;
	readonly collection: Collection<Product, ProductEvent>;
	readonly catalogue: Catalogue;
	readonly names: UniqueNames;
	/** Changes of one product follow each other. */
	readonly queue: KeyedQueue;
	readonly exclusive: boolean;
}

/**
 * @param currency the shop's
 * @param committed told of each product that this node has changed, in the turn of its commit and after the catalogue
 * @param changed told of whatever changes in the catalogue, whoever has changed it
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

/** A product as it was at one moment. States are replaced, never changed in place, so it may be kept. */
export interface ProductSnapshot {
	readonly product: Product;
	readonly version: number;
}

export const productSnapshot = (product: Product, version: number): ProductSnapshot => ({ product, version });
