import type { Answer } from "../http/response";
import { asset, type Assets } from "./assets";
import { docsFile, docsPage, openApiPage, root } from "./docs";
import type { Exchange } from "../http/exchange";
import { live, ready, type Life } from "./health";
import { assetRoute, OWN_ROUTES } from "../openapi/builtin-routes";

/** What the edge serves by itself, all of it by GET and for anybody; by path, as OpenAPI writes it. */
export type OwnPages = Readonly<Record<string, (exchange: Exchange) => Answer | Promise<Answer>>>;

const fileOf = ({ pathParameters }: Exchange): string => pathParameters["file"] ?? "";

export const ownPages = (life: Life, openApi: (server: string) => object, assets: Assets | undefined): OwnPages => ({
	[OWN_ROUTES.root.path]: root,
	[OWN_ROUTES.live.path]: live,
	[OWN_ROUTES.ready.path]: () => ready(life),
	[OWN_ROUTES.openApi.path]: openApiPage(openApi),
	[OWN_ROUTES.docs.path]: docsPage,
	[OWN_ROUTES.docsFile.path]: (exchange) => docsFile(fileOf(exchange), exchange),
	...(assets && { [assetRoute(assets.prefix).path]: (exchange: Exchange) => asset(assets, fileOf(exchange), exchange) }),
});
