import { STATUS_CODES } from "node:http";
import type { TSchema } from "@sinclair/typebox";
import { pathParameterNames, type Route } from "../routing/routes";
import { codesOf, errorResponses } from "./errors";
import type { JsonSchema, Schemas } from "./schemas";

const header = (name: string): object => ({ $ref: `#/components/headers/${name}` });

const queryParameters = ({ contract: { params, http }, takesBody, path }: Route, { refer }: Schemas): object[] => {
	const places = pathParameterNames(path);
	const names = takesBody ? http.query : Object.keys(params.properties).filter((name) => !places.includes(name));
	const required = params.required ?? [];
	const declared = names.map((name) => ({
		name,
		in: "query",
		required: required.includes(name),
		schema: refer(params.properties[name]),
	}));
	const patterns = params.patternProperties as Readonly<Record<string, TSchema>> | undefined;
	if (takesBody || patterns === undefined) return declared;
	const schema = {
		type: "object",
		patternProperties: Object.fromEntries(Object.entries(patterns).map(([pattern, value]) => [pattern, refer(value)])),
	};
	return [
		...declared,
		{
			name: "others",
			in: "query",
			description: `Parameters with names that match ${Object.keys(patterns).join(", ")}`,
			style: "form",
			explode: true,
			schema,
		},
	];
};

const headerParameters = ({ contract: { http }, takesIfMatch, method }: Route): object[] => [
	...(http.idempotencyKey ? [{ $ref: "#/components/parameters/IdempotencyKey" }] : []),
	...(takesIfMatch ? [{ $ref: "#/components/parameters/IfMatch" }] : []),
	...(method === "GET" && (http.etag !== null || http.answer === "serialized") ? [{ $ref: "#/components/parameters/IfNoneMatch" }] : []),
	...http.headers.map((name) => ({ name, in: "header", schema: { type: "string" } })),
];

const pathParameters = ({ contract: { params }, path }: Route, { refer }: Schemas): object[] =>
	pathParameterNames(path).map((name) => ({ name, in: "path", required: true, schema: refer(params.properties[name]) }));

/** Schema of the parameters that are sent in the body. */
const bodySchema = (
	{ contract: { params, http }, path }: Route,
	{ refer }: Schemas,
): JsonSchema & { readonly required: readonly string[] } => {
	const elsewhere = new Set([...pathParameterNames(path), ...http.query]);
	const own = Object.entries(params.properties).filter(([name]) => !elsewhere.has(name));
	return {
		type: "object",
		additionalProperties: false,
		required: (params.required ?? []).filter((name) => !elsewhere.has(name)),
		properties: Object.fromEntries(own.map(([name, schema]) => [name, refer(schema)])),
	};
};

const requestBody = (route: Route, schemas: Schemas): object | undefined => {
	const { body } = route.contract.http;
	if (!route.takesBody) return undefined;
	if (body === "text/csv") return { required: true, content: { "text/csv": { schema: { type: "string" } } } };
	if (body === "raw") return { required: true, content: { "application/json": { schema: { type: "object" } } } };
	const schema = bodySchema(route, schemas);
	if (Object.keys(schema["properties"] as object).length === 0) return undefined;
	return { required: schema.required.length > 0, content: { "application/json": { schema } } };
};

const successes = ({ contract: { returns, http }, method }: Route, { refer }: Schemas): Readonly<Record<string, object>> => {
	const tagged = http.etag !== null || http.answer === "serialized";
	const headers = {
		"X-Request-Id": header("RequestId"),
		...(tagged && { ETag: header("ETag") }),
		...(http.location !== null && { Location: header("Location") }),
		...(http.idempotencyKey && { "Idempotency-Replayed": header("IdempotencyReplayed") }),
	};
	const media =
		http.answer === "text/csv" ? { "text/csv": { schema: { type: "string" } } } : { "application/json": { schema: refer(returns) } };
	const full = { headers, ...(http.status !== 204 && { content: media }) };
	return {
		[http.status]: { description: STATUS_CODES[http.status]!, ...full },
		...(http.acceptedWhen && { 202: { description: `Accepted: ${http.acceptedWhen.field} is ${http.acceptedWhen.is}`, ...full } }),
		...(tagged && method === "GET" && { 304: { description: "Not modified", headers: { ETag: header("ETag") } } }),
	};
};

const BEARER = { bearer: [] };

const security = ({ contract: { permission } }: Route): object[] => (permission === "public" ? [{}, BEARER] : [BEARER]);

/** Lists are read from documents. A cluster may write them up to a second after the commit that a client saw confirmed. */
const LATE_LIST = "In a cluster this list may lag by up to one second. Reads by id are always current.";

const isList = ({ contract, method }: Route): boolean => method === "GET" && "cursor" in contract.params.properties;

/** OpenAPI operation of a route. */
export const operation = (route: Route, schemas: Schemas): object => {
	const { contract } = route;
	const parameters = [...pathParameters(route, schemas), ...queryParameters(route, schemas), ...headerParameters(route)];
	const body = requestBody(route, schemas);
	return {
		operationId: contract.name,
		tags: [contract.http.tag],
		summary: contract.http.summary,
		...(isList(route) && { description: LATE_LIST }),
		"x-permission": contract.permission,
		security: security(route),
		...(parameters.length > 0 && { parameters }),
		...(body && { requestBody: body }),
		responses: { ...successes(route, schemas), ...errorResponses(codesOf(route)) },
	};
};
