import type { ActionContract, ReplyOf } from "@kernel/contract";
import { isRejection, reject, type Rejection } from "@kernel/rejection";
import type { Handlers } from "@mixins/service/define-service";
import type { ChangeNotifier } from "../catalogue-sync/change-notifier";
import { categoriesPage } from "../catalogue/categories";
import { toQuery } from "../catalogue/query";
import type { Products, Serialized } from "../products.contract";
import type { CatalogueHeartbeat } from "../catalogue-sync/heartbeat";
import type { CatalogueSync } from "../catalogue-sync/catalogue-sync";
import type { ProductsContext } from "../context";
import { offerView } from "../views";

type Read = Pick<Handlers<typeof Products>, "browse" | "view" | "categories" | "offers">;

const DEFAULT_LIMIT = 20;

/** Queries of shoppers and carts, answered from memory. Pages are returned as serialized JSON. */
export const storefrontQueries = (
	{ catalogue }: ProductsContext,
	{ pageServed }: Pick<ChangeNotifier, "pageServed">,
	{ edition }: Pick<CatalogueHeartbeat, "edition">,
	{ catchUp }: Pick<CatalogueSync, "catchUp">,
): Read => {
	/**
	 * Must run in the same event-loop turn as the query, so that the catalogue version belongs to the page. The contract describes the type of
	 * the JSON.
	 */
	const respond = <A extends ActionContract>(page: Serialized): ReplyOf<A> => {
		pageServed();
		const answer: Serialized = { ...page, edition: edition() };
		return answer;
	};
	const respondOrReject = <A extends ActionContract, R extends Rejection>(page: Serialized | R): ReplyOf<A> | R =>
		isRejection(page) ? page : respond<A>(page);

	return {
		browse: async (params) =>
			respondOrReject<typeof Products.browse, Rejection<"VALIDATION_FAILED">>(catalogue.browse(toQuery(params))),
		async view({ handleOrId }) {
			const page = catalogue.view(handleOrId);
			return page ? respond<typeof Products.view>(page) : reject("PRODUCT_NOT_FOUND");
		},
		categories: async ({ limit = DEFAULT_LIMIT, cursor }) =>
			respondOrReject<typeof Products.categories, Rejection<"VALIDATION_FAILED">>(categoriesPage(catalogue.groups, limit, cursor)),
		async offers({ skus }) {
			// Another node may have just committed this SKU. Without catching up, a valid purchase would be rejected.
			if (skus.some((sku) => !catalogue.bySku(sku))) await catchUp();
			return skus.flatMap((sku) => {
				const found = catalogue.bySku(sku);
				return found ? offerView(found.entry.product, found.variant) : [];
			});
		},
	};
};
