import type { Collection, Document, Kind } from "@mixins/store/port";
import type { Product, ProductEvent } from "./domain/model";
import { product } from "./domain/product";
import { ProductEvents } from "./products.contract";

export const products: Kind<Product, ProductEvent> = {
	name: "product",
	immutable: true,
	revision: 1,
	initial: product.initial,
	evolve: product.evolve,
	fields: { updatedAt: { value: ({ updatedAt }) => updatedAt, indexed: true } },
	publishes: [ProductEvents.changed.type, ProductEvents.removed.type],
};

const PAGE = 500;

/** Products changed at or after `since` (epoch ms), including removed ones, oldest change first. */
export async function* changedSince(collection: Collection<Product, ProductEvent>, since: number): AsyncIterable<Document<Product>> {
	for (let last: Document<Product> | undefined; ;) {
		const page = await collection.find({
			where: { updatedAt: { from: since } },
			orderBy: { field: "updatedAt" },
			limit: PAGE,
			...(last && { after: { value: last.state.updatedAt, id: last.id } }),
		});
		yield* page;
		last = page.at(-1);
		if (page.length < PAGE) return;
	}
}
