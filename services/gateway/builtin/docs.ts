import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createHash } from "node:crypto";
import { serviceError } from "@mixins/errors/service-errors";
import { httpResponse, type HttpResponse } from "../http/response";
import type { Exchange } from "../http/exchange";
import { HOUR, JSON_TYPE, OWN_PAGE, REVALIDATED } from "../http/headers";
import { isFresh } from "../http/preconditions";

/** Swagger UI is served from the installed package, not from another origin. Only these files are served. */
const FILES: Readonly<Record<string, string>> = {
	"swagger-ui.css": "text/css; charset=utf-8",
	"swagger-ui-bundle.js": "text/javascript; charset=utf-8",
	"favicon-32x32.png": "image/png",
};

const folder = (): string => dirname(require.resolve("swagger-ui-dist/package.json"));

const page = (prefix: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tianguis API</title>
<link rel="icon" href="${prefix}/docs/favicon-32x32.png">
<link rel="stylesheet" href="${prefix}/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="${prefix}/docs/swagger-ui-bundle.js"></script>
<script src="${prefix}/docs/start.js"></script>
</body>
</html>
`;

const start = (prefix: string): string =>
	`window.ui = SwaggerUIBundle({ url: ${JSON.stringify(`${prefix}/openapi.json`)}, dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null, docExpansion: "none" });\n`;

/** The mount path is set by the embedding application. It is encoded before it is inserted into HTML. */
const safe = (prefix: string): string => encodeURI(prefix).replaceAll("&", "&amp;");

export const docsPage = ({ prefix }: Exchange): HttpResponse =>
	httpResponse(
		200,
		{ "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": OWN_PAGE, "Cache-Control": REVALIDATED },
		page(safe(prefix)),
	);

/** @throws NOT_FOUND */
export const docsFile = async (name: string, { prefix }: Exchange): Promise<HttpResponse> => {
	if (name === "start.js")
		return httpResponse(200, { "Content-Type": FILES["swagger-ui-bundle.js"]!, "Cache-Control": REVALIDATED }, start(prefix));
	const type = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
	if (type === undefined) throw serviceError("NOT_FOUND");
	return httpResponse(200, { "Content-Type": type, "Cache-Control": HOUR }, await readFile(join(folder(), name)));
};

/** Serves the OpenAPI document as JSON, with the mount path as its server. Built at first use for each mount path. */
export const openApiPage = (make: (server: string) => object): ((exchange: Exchange) => HttpResponse) => {
	const made = new Map<string, { readonly body: Buffer; readonly etag: string }>();
	return ({ prefix, req }) => {
		let page = made.get(prefix);
		if (page === undefined) {
			const body = Buffer.from(JSON.stringify(make(prefix === "" ? "/" : prefix)));
			page = { body, etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"` };
			made.set(prefix, page);
		}
		const headers = { ETag: page.etag, "Cache-Control": REVALIDATED };
		return isFresh(req.headers["if-none-match"], page.etag)
			? httpResponse(304, headers, null)
			: httpResponse(200, { ...headers, "Content-Type": JSON_TYPE }, page.body);
	};
};

/** Links to the API's entry points. */
export const root = ({ prefix }: Exchange): HttpResponse => {
	const links = {
		documentation: "/docs",
		openapi: "/openapi.json",
		products: "/v1/products",
		categories: "/v1/categories",
		live: "/health/live",
		ready: "/health/ready",
	};
	const body = { name: "Tianguis", links: Object.fromEntries(Object.entries(links).map(([name, path]) => [name, prefix + path])) };
	return httpResponse(200, { "Content-Type": JSON_TYPE, "Cache-Control": REVALIDATED }, JSON.stringify(body));
};
