import type { ActionContract } from "@kernel/contract";
import { parameters, type Sources } from "./parameters";
import { replies, type Reply } from "./reply";

/** A contract as the edge serves it. */
export interface Route {
	readonly contract: ActionContract;
	readonly method: string;
	/** As OpenAPI writes it: "/v1/carts/{cartId}". */
	readonly path: string;
	/** As moleculer-web writes it: "GET /v1/carts/:cartId". */
	readonly alias: string;
	/** Whether parameters come in a body. */
	readonly takesBody: boolean;
	/** Whether it can be told which version the client has seen. */
	readonly takesIfMatch: boolean;
	readonly parameters: (sources: Sources) => object;
	readonly reply: Reply;
}

const BODILESS: ReadonlySet<string> = new Set(["GET", "DELETE"]);
const PLACE = /\{([A-Za-z]+)\}/g;

/** "/v1/carts/{cartId}" as moleculer-web writes it. */
export const aliasOf = (method: string, path: string): string => `${method} ${path.replace(PLACE, ":$1")}`;

export const placesOf = (path: string): readonly string[] => [...path.matchAll(PLACE)].map(([, name]) => name!);

const routeOf = (contract: ActionContract, rest: string): Route => {
	const [method = "", path = ""] = rest.split(" ");
	const { params, http, permission, errors } = contract;
	const missing = placesOf(path).find((name) => !Object.hasOwn(params.properties, name));
	if (missing !== undefined) throw new Error(`${contract.name}: ${path} names ${missing}, which is no parameter`);
	if (permission === "internal") throw new Error(`${contract.name} has an address, and nobody may use it`);
	if (params.additionalProperties !== false) throw new Error(`${contract.name} would take parameters that it does not declare`);
	return {
		contract,
		method,
		path,
		alias: aliasOf(method, path),
		takesBody: !BODILESS.has(method),
		takesIfMatch: method !== "GET" && (http.etag !== null || (errors as readonly string[]).includes("PRECONDITION_FAILED")),
		parameters: parameters(contract),
		reply: replies(contract),
	};
};

/** The routes of all contracts that have one. @throws where two want the same address, or a contract contradicts itself */
export const routesOf = (contracts: readonly ActionContract[]): readonly Route[] => {
	const routes = contracts.flatMap((contract) => (contract.rest === null ? [] : [routeOf(contract, contract.rest)]));
	const seen = new Set<string>();
	for (const { alias, contract } of routes) {
		const shape = alias.replaceAll(/:[A-Za-z]+/g, ":");
		if (seen.has(shape)) throw new Error(`${contract.name}: ${alias} is another's already`);
		seen.add(shape);
	}
	return routes;
};
