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

type StaffHandlers = Pick<Handlers<typeof Products>, "list" | "read" | "create" | "update" | "remove">;

const HANDLES_TO_TRY = 20;

const isLive = (found: ProductSnapshot | undefined): found is ProductSnapshot & { product: ExistingProduct } =>
	found !== undefined && found.product.content !== null;

/** Handlers by which staff list, read, create, change and remove products. */
export const staffActions = (context: ProductsContext, stocks: StockSync, log: Log): StaffHandlers => {
	/** Product views with stock levels; without levels if the inventory service is unavailable. */
	const show = async (
		caller: Caller,
		found: readonly { readonly product: ExistingProduct; readonly version: number }[],
	): Promise<Product[]> => {
		const skus = found.flatMap(({ product }) => product.content.variants.map(({ sku }) => sku));
		const levels = await levelsOf(caller, skus).catch((cause: unknown) => {
			log.warn("reading stock levels failed; products are listed without stock", { err: cause });
			return undefined;
		});
		const { inStock } = context.catalogue;
		const stock = levels ? { inStock, available: (sku: string) => levels.get(sku)?.available ?? 0 } : { inStock };
		return found.map(({ product, version }) => productView(product, version, stock));
	};
	const showOne = async (caller: Caller, found: { readonly product: ExistingProduct; readonly version: number }): Promise<Product> =>
		(await show(caller, [found]))[0]!;

	/** Rejects the whole change if another product uses one of its SKUs. Each SKU is registered with the inventory before the product is visible. */
	const allOrNothing = <R extends Rejection>(caller: Caller, composeContent: ProductChange<R>["compose"]): ProductChange<R> => ({
		compose: composeContent,
		without: skusTaken,
		prepare: ({ variants }) =>
			stocks.register(
				caller,
				variants.map(({ sku }) => sku),
			),
	});

	const create = (id: string, proposal: Proposal, request: Request) =>
		saveProduct(
			context,
			id,
			allOrNothing(request.caller, (current) => compose(id, proposal, current)),
			{ ...request, expected: undefined },
			request.now,
		);

	/** Derives a handle from the title. A taken handle gets a numeric suffix, and after several attempts a random one. */
	const createNamed = async (id: string, proposal: Proposal, request: Request) => {
		const slug = slugOf(proposal.title ?? "");
		for (let attempt = 0; attempt < HANDLES_TO_TRY; attempt++) {
			const handle = withSlugSuffix(slug, attempt);
			if (context.catalogue.byHandle(handle)) continue;
			const outcome = await create(id, { ...proposal, handle }, request);
			if (!isRejection(outcome) || outcome.rejected !== "HANDLE_TAKEN") return outcome;
		}
		return create(id, { ...proposal, handle: `${slug}-${randomUUID()}` }, request);
	};

	return {
		...staffList(context, show),
		async read({ id }, { caller }) {
			const found = await context.actors.read(id, productSnapshot);
			return isLive(found) ? showOne(caller, found) : reject("PRODUCT_NOT_FOUND");
		},
		async create(input, request) {
			const id = request.seed === undefined ? randomId("prod", request.now) : derivedId("prod", request.seed);
			const created = request.seed === undefined ? undefined : await context.actors.read(id, productSnapshot);
			if (isLive(created)) return showOne(request.caller, created); // a repeated request whose first response was lost
			const proposal = proposalFromInput(input);
			const outcome = await (proposal.handle === undefined ? createNamed(id, proposal, request) : create(id, proposal, request));
			if (!isRejection(outcome)) return showOne(request.caller, outcome);
			if (outcome.rejected === "PRECONDITION_FAILED") throw new Error("creating a product must not fail a version precondition");
			return outcome;
		},
		async update({ id, ...input }, request) {
			const proposal = proposalFromInput(input);
			const change = (current: Content | null) => (current ? compose(id, proposal, current) : reject("PRODUCT_NOT_FOUND"));
			const outcome = await saveProduct(context, id, allOrNothing(request.caller, change), request, request.now);
			return isRejection(outcome) ? outcome : showOne(request.caller, outcome);
		},
		remove: ({ id }, request) =>
			context.queue.run(id, async () => {
				const before = await context.actors.read(id, productSnapshot);
				const outcome = await context.actors.sendExpecting(id, "remove", { at: request.now }, () => ({}), request);
				if (isRejection(outcome)) return outcome;
				if (isLive(before)) await context.names.release(namesOf(before.product.content), id, request.cause);
				return outcome;
			}),
	};
};
