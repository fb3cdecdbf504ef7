import { isRejection, reject, type Rejection } from "@kernel/rejection";
import type { Request } from "@mixins/service/request";
import { handleName, namesOf, sameContent, skuName, type Content } from "../domain/model";
import { product } from "../domain/product";
import type { ClaimResult } from "../unique-names";
import { productSnapshot, type ProductSnapshot, type ProductsContext } from "../context";
import type { ExistingProduct } from "../views";

export type Invalid = Rejection<"VALIDATION_FAILED" | "CURRENCY_MISMATCH">;
export type NameTaken = Rejection<"HANDLE_TAKEN" | "SKU_TAKEN">;

/** A change to a product. It is composed again after a version conflict. */
export interface ProductChange<Refusal extends Rejection> {
	/** @param current null if the product does not exist */
	compose(current: Content | null): Content | Refusal;
	/** Resolves SKU conflicts: returns the content without the taken SKUs, or a rejection. */
	without(content: Content, taken: ReadonlySet<string>): Content | Refusal | Rejection<"SKU_TAKEN">;
	/** Runs before each commit attempt, so its effects precede the visibility of the product. It must be idempotent. */
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

/** Rejection with one field error per variant whose SKU another product uses. */
export const skusTaken = ({ variants }: Content, taken: ReadonlySet<string>): Rejection<"SKU_TAKEN"> =>
	reject("SKU_TAKEN", {
		errors: variants.flatMap(({ sku }, index) =>
			taken.has(sku) ? [{ path: `/variants/${index}/sku`, message: "is already used by another product", sku }] : [],
		),
	});

/** Names that the stored product has now. Their claims are kept, because a failed commit may have an unknown outcome. */
const keepsStoredNames = async ({ actors }: ProductsContext, id: string): Promise<(name: string) => boolean> => {
	const names = new Set(await actors.read(id, ({ content }) => (content ? namesOf(content) : [])));
	return (name) => names.has(name);
};

const withTaken = <R extends Rejection>(change: ProductChange<R>, content: Content, { refused }: ClaimResult): Content | R | NameTaken => {
	if (refused.size === 0) return content;
	if (refused.has(handleName(content.handle))) return handleTaken(content.handle);
	const taken = new Set(content.variants.flatMap(({ sku }) => (refused.has(skuName(sku)) ? sku : [])));
	return change.without(content, taken);
};

/** One attempt against the version that was read. @returns undefined on a version conflict */
const attempt = async <R extends Rejection>(
	context: ProductsContext,
	id: string,
	change: ProductChange<R>,
	{ product: current, version }: ProductSnapshot,
	request: Request,
	at: number,
	isNew: boolean,
): Promise<Saved | R | NameTaken | undefined> => {
	const before = current.content;
	const composed = change.compose(before);
	if (isRejection(composed)) return composed;
	const namesBefore = new Set(before ? namesOf(before) : []);
	const claimed = await context.names.claim(
		namesOf(composed).filter((name) => !namesBefore.has(name)),
		id,
		request.cause,
	);
	let keeps = (_: string): boolean => false;
	try {
		const content = withTaken(change, composed, claimed);
		if (isRejection(content)) return content;
		if (before && sameContent(before, content)) return { product: current as ExistingProduct, version, before, changed: false };
		await change.prepare(content);
		const outcome = isNew
			? await context.actors.create(id, "change", { content, at }, productSnapshot, request.cause)
			: await context.actors.sendExpecting(id, "change", { content, at }, productSnapshot, {
					cause: request.cause,
					expected: version,
				});
		if (isRejection(outcome)) return undefined;
		const names = new Set(namesOf(content));
		keeps = (name) => names.has(name);
		await context.names.release(
			[...namesBefore].filter((name) => !names.has(name)),
			id,
			request.cause,
		);
		return { product: outcome.product as ExistingProduct, version: outcome.version, before, changed: true };
	} catch (cause) {
		keeps = await keepsStoredNames(context, id);
		throw cause;
	} finally {
		await claimed.settle(keeps);
	}
};

/**
 * Creates or changes a product. Claims its new names, commits the change and releases the names it no longer has.
 *
 * @param at time of the change in epoch ms
 * @param isNew whether the id was generated for this call, so that the lookup of an existing product is skipped
 * @returns PRECONDITION_FAILED if the expected version is not the current one
 */
export const saveProduct = <R extends Rejection>(
	context: ProductsContext,
	id: string,
	change: ProductChange<R>,
	request: Request,
	at: number,
	isNew = false,
): Promise<Saved | R | NameTaken | Rejection<"PRECONDITION_FAILED">> =>
	context.queue.run(id, async () => {
		for (let tries = 0; tries < MAX_ATTEMPTS; tries++) {
			const snapshot = (isNew ? undefined : await context.actors.read(id, productSnapshot)) ?? {
				product: product.initial(id),
				version: 0,
			};
			if (request.expected !== undefined && request.expected !== snapshot.version) return reject("PRECONDITION_FAILED");
			const outcome = await attempt(context, id, change, snapshot, request, at, isNew);
			if (outcome !== undefined) return outcome;
		}
		throw new Error(`${id}: gave up after ${MAX_ATTEMPTS} concurrent modifications`);
	});
