import type { ActionContract } from "@kernel/contract";
import { routesOf, type Route } from "../routing/routes";
import { EXAMPLES, PROBLEM_SCHEMA, errorResponses } from "./errors";
import { operation } from "./operation";
import { assetRoute, BUILTIN_ROUTES, type BuiltinRoute } from "./builtin-routes";
import { schemas } from "./schemas";

export interface OpenApiOptions {
	/** Base path: "/", or the path at which an application mounts the gateway. */
	readonly server?: string;
	/** Base path of the demo images, if they are served: "/demo". */
	readonly assets?: string | undefined;
}

const DESCRIPTION = [
	"Money is { amount, currency } in minor units. Times are RFC 3339 in UTC. Ids are opaque.",
	"Lists return { items, nextCursor } and accept limit and cursor. Errors are RFC 9457 problems; clients should branch on code.",
	"Unknown fields and parameters are rejected.",
].join("\n\n");

const HEADERS = {
	RequestId: { description: "Request id: the client's X-Request-Id, or a generated one", schema: { type: "string" } },
	RetryAfter: { description: "Delay before a retry in seconds", schema: { type: "integer" } },
	ETag: { description: "Version of the resource, for If-Match and If-None-Match", schema: { type: "string" } },
	Location: { description: "URL of the resource", schema: { type: "string" } },
	IdempotencyReplayed: {
		description: "true if this is the stored response of an earlier request with the same key",
		schema: { type: "string" },
	},
};

const PARAMETERS = {
	IdempotencyKey: {
		name: "Idempotency-Key",
		in: "header",
		description:
			"A random value such as a UUID. Repeating a request with the same key returns the stored response for 24 hours. Keys are scoped to the account. Keys of guests are scoped to the cart or order in the URL, or else to the client address and User-Agent.",
		schema: { type: "string", minLength: 1, maxLength: 255 },
	},
	IfMatch: {
		name: "If-Match",
		in: "header",
		description: "ETag of the expected version; 412 if the resource has changed",
		schema: { type: "string" },
	},
	IfNoneMatch: {
		name: "If-None-Match",
		in: "header",
		description: "Known ETags; 304 if one of them is current",
		schema: { type: "string" },
	},
};

const ownOperation = ({ path, summary, mediaType }: BuiltinRoute): object => ({
	tags: ["service"],
	summary,
	security: [{}],
	...(path.includes("{file}") && { parameters: [{ name: "file", in: "path", required: true, schema: { type: "string" } }] }),
	responses: {
		200: { description: summary, content: { [mediaType]: { schema: {} } } },
		...errorResponses(path.includes("{file}") ? ["NOT_FOUND"] : []),
	},
});

/** Builds the OpenAPI 3.1 document of the given routes and of the built-in ones. */
export const openApi = (routes: readonly Route[], { server = "/", assets }: OpenApiOptions = {}): object => {
	const known = schemas();
	const own = [...Object.values<BuiltinRoute>(BUILTIN_ROUTES), ...(assets === undefined ? [] : [assetRoute(assets)])];
	const paths: Record<string, Record<string, object>> = {};
	for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route, known);
	for (const page of own) (paths[page.path] ??= {})["get"] = ownOperation(page);
	const tags = [...new Set([...routes.map(({ contract }) => contract.http.tag), "service"])];
	return {
		openapi: "3.1.0",
		info: { title: "Tianguis", version: "1", description: DESCRIPTION },
		servers: [{ url: server }],
		tags: tags.map((name) => ({ name })),
		paths,
		components: {
			schemas: { ...known.components(), Problem: PROBLEM_SCHEMA },
			examples: EXAMPLES,
			headers: HEADERS,
			parameters: PARAMETERS,
			securitySchemes: { bearer: { type: "http", scheme: "bearer", description: "Access token of a login" } },
		},
	};
};

/** Builds the OpenAPI document of all contracts that declare a route. */
export const openApiOf = (contracts: readonly ActionContract[], options?: OpenApiOptions): object => openApi(routesOf(contracts), options);
