import { isRejection, reject, type Rejection } from "@kernel/rejection";
import type { Request } from "@mixins/service/request";
import { handleName, namesOf, sameContent, skuName, type Content } from "../domain/model";
import { product } from "../domain/product";
import type { Claimed } from "../unique-names";
import { seen, type Seen, type Shelf } from "../context";
import type { Live } from "../views";

export type Invalid = Rejection<"VALIDATION_FAILED" | "CURRENCY_MISMATCH">;
export type Taken = Rejection<"HANDLE_TAKEN" | "SKU_TAKEN">;

/** How a product is to be changed. Asked again where another was first. */
export interface Change<Refusal extends Rejection> {
	/** @param standing null where there is no such product yet */
	compose(standing: Content | null): Content | Refusal;
	/** What is left of it where other products have these SKUs. */
	without(content: Content, taken: ReadonlySet<string>): Content | Refusal | Rejection<"SKU_TAKEN">;
	/** Done before it is committed, and again where that has to be tried again: whoever sees the product finds it done. */
	prepare(content: Content): Promise<void>;
}

export interface Saved {
	readonly product: Live;
	readonly version: number;
	readonly before: Content | null;
	readonly changed: boolean;
}

const MAX_ATTEMPTS = 10;

const handleTaken = (handle: string): Taken =>
	reject("HANDLE_TAKEN", { errors: [{ path: "/handle", message: "is another product's", handle }] });

/** Names each variant whose SKU is another product's. */
export const skusTaken = ({ variants }: Content, taken: ReadonlySet<string>): Rejection<"SKU_TAKEN"> =>
	reject("SKU_TAKEN", {
		errors: variants.flatMap(({ sku }, index) =>
			taken.has(sku) ? [{ path: `/variants/${index}/sku`, message: "is another product's", sku }] : [],
		),
	});

/** The names that the product has now: they stay claimed, whatever became of a commit whose outcome is unknown. */
const keepsWhatItHas = async ({ actors }: Shelf, id: string): Promise<(name: string) => boolean> => {
	const names = new Set(await actors.read(id, ({ content }) => (content ? namesOf(content) : [])));
	return (name) => names.has(name);
};

const withTaken = <R extends Rejection>(change: Change<R>, content: Content, { refused }: Claimed): Content | R | Taken => {
	if (refused.size === 0) return content;
	if (refused.has(handleName(content.handle))) return handleTaken(content.handle);
	const taken = new Set(content.variants.flatMap(({ sku }) => (refused.has(skuName(sku)) ? sku : [])));
	return change.without(content, taken);
};

/** One attempt on what was seen. Undefined: another was first. */
const attempt = async <R extends Rejection>(
	shelf: Shelf,
	id: string,
	change: Change<R>,
	{ product: standing, version }: Seen,
	request: Request,
	at: number,
	isNew: boolean,
): Promise<Saved | R | Taken | undefined> => {
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
		if (before && sameContent(before, content)) return { product: standing as Live, version, before, changed: false };
		await change.prepare(content);
		const outcome = isNew
			? await shelf.actors.create(id, "change", { content, at }, seen, request.cause)
			: await shelf.actors.edit(id, "change", { content, at }, seen, { cause: request.cause, expected: version });
		if (isRejection(outcome)) return undefined;
		const names = new Set(namesOf(content));
		keeps = (name) => names.has(name);
		await shelf.names.release(
			[...had].filter((name) => !names.has(name)),
			id,
			request.cause,
		);
		return { product: outcome.product as Live, version: outcome.version, before, changed: true };
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
export const save = <R extends Rejection>(
	shelf: Shelf,
	id: string,
	change: Change<R>,
	request: Request,
	at: number,
	isNew = false,
): Promise<Saved | R | Taken | Rejection<"PRECONDITION_FAILED">> =>
	shelf.lock(id, async () => {
		for (let tried = 0; tried < MAX_ATTEMPTS; tried++) {
			const stands = (isNew ? undefined : await shelf.actors.read(id, seen)) ?? { product: product.initial(id), version: 0 };
			if (request.expected !== undefined && request.expected !== stands.version) return reject("PRECONDITION_FAILED");
			const outcome = await attempt(shelf, id, change, stands, request, at, isNew);
			if (outcome !== undefined) return outcome;
		}
		throw new Error(`${id}: another writer was first, ${MAX_ATTEMPTS} times in a row`);
	});
