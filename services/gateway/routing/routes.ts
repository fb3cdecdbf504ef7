import type { ActionContract } from "@kernel/contract";
import { parameters, type Sources } from "./parameters";
import { replyWriter, type Reply } from "./reply";

/** An action contract that is served over HTTP. */
export interface Route {
	readonly contract: ActionContract;
	readonly method: string;
	/** In the notation of OpenAPI: "/v1/carts/{cartId}". */
	readonly path: string;
	/** In the notation of moleculer-web: "GET /v1/carts/:cartId". */
	readonly alias: string;
	/** Whether the request has a body. */
	readonly takesBody: boolean;
	/** Whether the route evaluates If-Match. */
	readonly takesIfMatch: boolean;
	readonly parameters: (sources: Sources) => object;
	readonly reply: Reply;
}

const BODILESS: ReadonlySet<string> = new Set(["GET", "DELETE"]);
const PLACE = /\{([A-Za-z]+)\}/g;

/** Converts an OpenAPI path to an alias of moleculer-web. */
export const aliasOf = (method: string, path: string): string => `${method} ${path.replace(PLACE, ":$1")}`;

export const pathParameterNames = (path: string): readonly string[] => [...path.matchAll(PLACE)].map(([, name]) => name!);

const routeOf = (contract: ActionContract, rest: string): Route => {
	const [method = "", path = ""] = rest.split(" ");
	const { params, http, permission, errors } = contract;
	const missing = pathParameterNames(path).find((name) => !Object.hasOwn(params.properties, name));
	if (missing !== undefined) throw new Error(`${contract.name}: ${path} has a path parameter ${missing} that params does not declare`);
	if (permission === "internal") throw new Error(`${contract.name} has a route but permission is internal`);
	if (params.additionalProperties !== false) throw new Error(`${contract.name} must set additionalProperties: false`);
	return {
		contract,
		method,
		path,
		alias: aliasOf(method, path),
		takesBody: !BODILESS.has(method),
		takesIfMatch: method !== "GET" && (http.etag !== null || (errors as readonly string[]).includes("PRECONDITION_FAILED")),
		parameters: parameters(contract),
		reply: replyWriter(contract),
	};
};

/**
 * The routes of all contracts that declare one.
 * @throws if two contracts share a route, or if a contract is inconsistent
 */
export const routesOf = (contracts: readonly ActionContract[]): readonly Route[] => {
	const routes = contracts.flatMap((contract) => (contract.rest === null ? [] : [routeOf(contract, contract.rest)]));
	const seen = new Set<string>();
	for (const { alias, contract } of routes) {
		const shape = alias.replaceAll(/:[A-Za-z]+/g, ":");
		if (seen.has(shape)) throw new Error(`${contract.name}: ${alias} is already used by another action`);
		seen.add(shape);
	}
	return routes;
};
