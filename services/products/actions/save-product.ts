import { isRejection, reject, type Rejection } from "@kernel/rejection";
import type { Request } from "@mixins/service/request";
import { handleName, namesOf, sameContent, skuName, type Content } from "../domain/model";
import { product } from "../domain/product";
import type { ClaimResult } from "../unique-names";
import { productSnapshot, type ProductSnapshot, type ProductsContext } from "../context";
import type { ExistingProduct } from "../views";

export type Invalid = Rejection<"VALIDATION_FAILED" | "CURRENCY_MISMATCH">;
export type NameTaken = Rejection<"HANDLE_TAKEN" | "SKU_TAKEN">;

/** How a product is to be changed. Asked again where another was first. */
export interface ProductChange<Refusal extends Rejection> {
	/** @param standing null where there is no such product yet */
	compose(standing: Content | null): Content | Refusal;
	/** What is left of it where other products have these SKUs. */
	without(content: Content, taken: ReadonlySet<string>): Content | Refusal | Rejection<"SKU_TAKEN">;
	/** Done before it is committed, and again where that has to be tried again: whoever sees the product finds it done. */
	prepare(content: Content): Promise<void>;
}

export interface Saved {
	readonly product: ExistingProduct;
	readonly version: number;
	readonly before: Content | null;
	readonly changed: boolean;
}

const MAX_ATTEMPTS = 10;

const handleTaken = (handle: string): NameTaken =>
	reject("HANDLE_TAKEN", { errors: [{ path: "/handle", message: "is already used by another product", handle }] });

/** Names each variant whose SKU is already used by another product. */
export const skusTaken = ({ variants }: Content, taken: ReadonlySet<string>): Rejection<"SKU_TAKEN"> =>
	reject("SKU_TAKEN", {
		errors: variants.flatMap(({ sku }, index) =>
			taken.has(sku) ? [{ path: `/variants/${index}/sku`, message: "is already used by another product", sku }] : [],
		),
	});

/** The names that the product has now: they stay claimed, whatever became of a commit whose outcome is unknown. */
const keepsWhatItHas = async ({ actors }: ProductsContext, id: string): Promise<(name: string) => boolean> => {
	const names = new Set(await actors.read(id, ({ content }) => (content ? namesOf(content) : [])));
	return (name) => names.has(name);
};

const withTaken = <R extends Rejection>(change: ProductChange<R>, content: Content, { refused }: ClaimResult): Content | R | NameTaken => {
	if (refused.size === 0) return content;
	if (refused.has(handleName(content.handle))) return handleTaken(content.handle);
	const taken = new Set(content.variants.flatMap(({ sku }) => (refused.has(skuName(sku)) ? sku : [])));
	return change.without(content, taken);
};

/** One attempt on what was seen. Undefined: another was first. */
const attempt = async <R extends Rejection>(
	shelf: ProductsContext,
	id: string,
	change: ProductChange<R>,
	{ product: standing, version }: ProductSnapshot,
	request: Request,
	at: number,
	isNew: boolean,
): Promise<Saved | R | NameTaken | undefined> => {
	const before = standing.content;
	const composed = change.compose(before);
	if (isRejection(composed)) return composed;
	const had = new Set(before ? namesOf(before) : []);
	const claimed = await shelf.names.claim(
		namesOf(composed).filter((name) => !had.has(name)),
		id,
		request.cause,
	);
	let keeps = (_: string): boolean => false;
	try {
		const content = withTaken(change, composed, claimed);
		if (isRejection(content)) return content;
		if (before && sameContent(before, content)) return { product: standing as ExistingProduct, version, before, changed: false };
		await change.prepare(content);
		const outcome = isNew
			? await shelf.actors.create(id, "change", { content, at }, productSnapshot, request.cause)
			: await shelf.actors.sendExpecting(id, "change", { content, at }, productSnapshot, { cause: request.cause, expected: version });
		if (isRejection(outcome)) return undefined;
		const names = new Set(namesOf(content));
		keeps = (name) => names.has(name);
		await shelf.names.release(
			[...had].filter((name) => !names.has(name)),
			id,
			request.cause,
		);
		return { product: outcome.product as ExistingProduct, version: outcome.version, before, changed: true };
	} catch (cause) {
		keeps = await keepsWhatItHas(shelf, id);
		throw cause;
	} finally {
		await claimed.settle(keeps);
	}
};

/**
 * Changes a product, or makes it: its new names are claimed, the change is committed, and the names that it gave up are free again.
 *
 * @param at epoch ms, of the change
 * @param isNew the id was made for this call, so that no such product can stand: it is not looked for
 * @returns PRECONDITION_FAILED where the client has not seen what stands
 */
export const saveProduct = <R extends Rejection>(
	shelf: ProductsContext,
	id: string,
	change: ProductChange<R>,
	request: Request,
	at: number,
	isNew = false,
): Promise<Saved | R | NameTaken | Rejection<"PRECONDITION_FAILED">> =>
	shelf.queue.run(id, async () => {
		for (let tried = 0; tried < MAX_ATTEMPTS; tried++) {
			const stands = (isNew ? undefined : await shelf.actors.read(id, productSnapshot)) ?? {
				product: product.initial(id),
				version: 0,
			};
			if (request.expected !== undefined && request.expected !== stands.version) return reject("PRECONDITION_FAILED");
			const outcome = await attempt(shelf, id, change, stands, request, at, isNew);
			if (outcome !== undefined) return outcome;
		}
		throw new Error(`${id}: gave up after ${MAX_ATTEMPTS} concurrent modifications`);
	});
