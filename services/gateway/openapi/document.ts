import type { ActionContract } from "@kernel/contract";
import { routesOf, type Route } from "../routing/routes";
import { EXAMPLES, PROBLEM_SCHEMA, errorResponses } from "./errors";
import { operation } from "./operation";
import { assetRoute, BUILTIN_ROUTES, type BuiltinRoute } from "./builtin-routes";
import { schemas } from "./schemas";

export interface OpenApiOptions {
	/** Where the paths begin: "/", or where an application has mounted the gateway. */
	readonly server?: string;
	/** Where pictures are served, if they are: "/demo". */
	readonly assets?: string | undefined;
}

const DESCRIPTION = [
	"Money is { amount, currency } in minor units. Times are RFC 3339 in UTC. Ids are opaque.",
	"Lists answer { items, nextCursor } and take limit and cursor. Errors are RFC 9457 problems; clients should branch on code.",
	"Unknown fields and parameters are refused.",
].join("\n\n");

const HEADERS = {
	RequestId: { description: "The request id: the client's X-Request-Id, or a generated one", schema: { type: "string" } },
	RetryAfter: { description: "Seconds", schema: { type: "integer" } },
	ETag: { description: "The version, for If-Match and If-None-Match", schema: { type: "string" } },
	Location: { description: "Where it is", schema: { type: "string" } },
	IdempotencyReplayed: {
		description: "true where this is the answer to an earlier request with the same key",
		schema: { type: "string" },
	},
};

const PARAMETERS = {
	IdempotencyKey: {
		name: "Idempotency-Key",
		in: "header",
		description:
			"The same key and request give the same answer for 24 hours. Random, such as a UUID. Keys are scoped to the account; for guests to the cart or order in the URL, otherwise to client address and User-Agent.",
		schema: { type: "string", minLength: 1, maxLength: 255 },
	},
	IfMatch: {
		name: "If-Match",
		in: "header",
		description: "ETag of the version to change; 412 if the resource has changed",
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

/** OpenAPI 3.1 of these routes, and of what the edge serves by itself. */
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
			securitySchemes: { bearer: { type: "http", scheme: "bearer", description: "The access token of a login" } },
		},
	};
};

/** `openApi` of all contracts that have an address. */
export const openApiOf = (contracts: readonly ActionContract[], options?: OpenApiOptions): object => openApi(routesOf(contracts), options);
