import { randomUUID } from "node:crypto";
import type { Log } from "@config/runtime";
import { derivedId, randomId } from "@kernel/ids";
import { isRejection, reject, type Rejection } from "@kernel/rejection";
import type { Caller } from "@kernel/contract";
import type { Request } from "@mixins/service/request";
import type { Handlers } from "@mixins/service/define-service";
import { compose } from "../domain/compose";
import { namesOf, type Content } from "../domain/model";
import type { Proposal } from "../domain/proposal";
import { withSlugSuffix, slugOf } from "../domain/text";
import { proposalFromInput } from "./proposal-from-input";
import { staffList } from "./staff-list";
import type { Product, Products } from "../products.contract";
import { saveProduct, skusTaken, type ProductChange } from "./save-product";
import { productSnapshot, type ProductSnapshot, type ProductsContext } from "../context";
import { levelsOf, type StockSync } from "../catalogue-sync/stock-sync";
import { productView, type ExistingProduct } from "../views";

type Kept = Pick<Handlers<typeof Products>, "list" | "read" | "create" | "update" | "remove">;

const HANDLES_TO_TRY = 20;

const isLive = (found: ProductSnapshot | undefined): found is ProductSnapshot & { product: ExistingProduct } =>
	found !== undefined && found.product.content !== null;

/** What staff do with products. */
export const staffActions = (shelf: ProductsContext, stocks: StockSync, log: Log): Kept => {
	/** With stock, where the inventory can tell. */
	const show = async (
		caller: Caller,
		found: readonly { readonly product: ExistingProduct; readonly version: number }[],
	): Promise<Product[]> => {
		const skus = found.flatMap(({ product }) => product.content.variants.map(({ sku }) => sku));
		const levels = await levelsOf(caller, skus).catch((cause: unknown) => {
			log.warn("reading stock levels failed; products are listed without stock", { err: cause });
			return undefined;
		});
		const { inStock } = shelf.catalogue;
		const stock = levels ? { inStock, available: (sku: string) => levels.get(sku)?.available ?? 0 } : { inStock };
		return found.map(({ product, version }) => productView(product, version, stock));
	};
	const showOne = async (caller: Caller, one: { readonly product: ExistingProduct; readonly version: number }): Promise<Product> =>
		(await show(caller, [one]))[0]!;

	/** All or nothing: one SKU that is another's, and nothing is changed. The inventory knows each SKU before anybody can ask for it. */
	const whole = <R extends Rejection>(caller: Caller, composed: ProductChange<R>["compose"]): ProductChange<R> => ({
		compose: composed,
		without: skusTaken,
		prepare: ({ variants }) =>
			stocks.register(
				caller,
				variants.map(({ sku }) => sku),
			),
	});

	const create = (id: string, proposal: Proposal, request: Request) =>
		saveProduct(
			shelf,
			id,
			whole(request.caller, (standing) => compose(id, proposal, standing)),
			{ ...request, expected: undefined },
			request.now,
		);

	/** A handle that nobody asked for gives way until it is free. */
	const createNamed = async (id: string, proposal: Proposal, request: Request) => {
		const slug = slugOf(proposal.title ?? "");
		for (let attempt = 0; attempt < HANDLES_TO_TRY; attempt++) {
			const handle = withSlugSuffix(slug, attempt);
			if (shelf.catalogue.byHandle(handle)) continue;
			const outcome = await create(id, { ...proposal, handle }, request);
			if (!isRejection(outcome) || outcome.rejected !== "HANDLE_TAKEN") return outcome;
		}
		return create(id, { ...proposal, handle: `${slug}-${randomUUID()}` }, request);
	};

	return {
		...staffList(shelf, show),
		async read({ id }, { caller }) {
			const found = await shelf.actors.read(id, productSnapshot);
			return isLive(found) ? showOne(caller, found) : reject("PRODUCT_NOT_FOUND");
		},
		async create(input, request) {
			const id = request.seed === undefined ? randomId("prod", request.now) : derivedId("prod", request.seed);
			const made = request.seed === undefined ? undefined : await shelf.actors.read(id, productSnapshot);
			if (isLive(made)) return showOne(request.caller, made); // the same request again: its answer was lost
			const proposal = proposalFromInput(input);
			const outcome = await (proposal.handle === undefined ? createNamed(id, proposal, request) : create(id, proposal, request));
			if (!isRejection(outcome)) return showOne(request.caller, outcome);
			if (outcome.rejected === "PRECONDITION_FAILED") throw new Error("a product that is being made has no version");
			return outcome;
		},
		async update({ id, ...input }, request) {
			const proposal = proposalFromInput(input);
			const change = (standing: Content | null) => (standing ? compose(id, proposal, standing) : reject("PRODUCT_NOT_FOUND"));
			const outcome = await saveProduct(shelf, id, whole(request.caller, change), request, request.now);
			return isRejection(outcome) ? outcome : showOne(request.caller, outcome);
		},
		remove: ({ id }, request) =>
			shelf.queue.run(id, async () => {
				const before = await shelf.actors.read(id, productSnapshot);
				const outcome = await shelf.actors.sendExpecting(id, "remove", { at: request.now }, () => ({}), request);
				if (isRejection(outcome)) return outcome;
				if (isLive(before)) await shelf.names.release(namesOf(before.product.content), id, request.cause);
				return outcome;
			}),
	};
};
