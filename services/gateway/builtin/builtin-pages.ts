import type { HttpResponse } from "../http/response";
import { asset, type Assets } from "./assets";
import { docsFile, docsPage, openApiPage, root } from "./docs";
import type { Exchange } from "../http/exchange";
import { live, readiness, type GatewayState } from "./health";
import { assetRoute, BUILTIN_ROUTES } from "../openapi/builtin-routes";

/** Handlers of the built-in routes by path, in the notation of OpenAPI. */
export type BuiltinPages = Readonly<Record<string, (exchange: Exchange) => HttpResponse | Promise<HttpResponse>>>;

const fileOf = ({ pathParameters }: Exchange): string => pathParameters["file"] ?? "";

export const builtinPages = (life: GatewayState, openApi: (server: string) => object, assets: Assets | undefined): BuiltinPages => ({
	[BUILTIN_ROUTES.root.path]: root,
	[BUILTIN_ROUTES.live.path]: live,
	[BUILTIN_ROUTES.ready.path]: () => readiness(life),
	[BUILTIN_ROUTES.openApi.path]: openApiPage(openApi),
	[BUILTIN_ROUTES.docs.path]: docsPage,
	[BUILTIN_ROUTES.docsFile.path]: (exchange) => docsFile(fileOf(exchange), exchange),
	...(assets && { [assetRoute(assets.prefix).path]: (exchange: Exchange) => asset(assets, fileOf(exchange), exchange) }),
});
