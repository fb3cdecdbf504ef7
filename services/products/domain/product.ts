import { decider, assertNever } from "@kernel/decider";
import { reject } from "@kernel/rejection";
import { sameContent, type Content, type Product, type ProductEvent } from "./model";

const nothing: readonly ProductEvent[] = [];

const happened = (event: ProductEvent): readonly ProductEvent[] => [event];

/** The first change creates the product. The content must come from `compose`, and its names must be claimed before. */
const change = ({ content, at }: { content: Content; at: number }, state: Product) =>
	state.content && sameContent(state.content, content)
		? nothing
		: happened({ type: "product.changed", productId: state.id, content, at });

/** Removes the product permanently. Its journal is kept, but its content can no longer be read. */
const remove = ({ at }: { at: number }, { id, content }: Product) =>
	content ? happened({ type: "product.removed", productId: id, at }) : reject("PRODUCT_NOT_FOUND");

/** Returns a new state and never mutates one, because the catalogue keeps references to states. */
const evolve = (state: Product, event: ProductEvent): Product => {
	switch (event.type) {
		case "product.changed":
			return { id: state.id, content: event.content, createdAt: state.content ? state.createdAt : event.at, updatedAt: event.at };
		case "product.removed":
			return { ...state, content: null, updatedAt: event.at };
		default:
			return assertNever(event);
	}
};

export const product = decider<Product, ProductEvent>()({
	initial: (id) => ({ id, content: null, createdAt: 0, updatedAt: 0 }),
	commands: { change, remove },
	evolve,
});
