import type { ActionContract } from "@kernel/contract";
import type { ErrorCode, FieldError } from "@kernel/errors";
import { jsonPointer } from "@kernel/json-pointer";
import { schemaValidator } from "@mixins/service/schema-validator";
import { serviceError, validationError } from "@mixins/errors/service-errors";
import { coerce, schemaOf } from "./coercion";
import { parseQuery } from "./query";

export interface Sources {
	readonly path: Readonly<Record<string, string>>;
	/** Query string with its question mark, or "". */
	readonly search: string;
	/** Undefined if the route has no body. All parameters then come from the query. */
	readonly body: Readonly<Record<string, unknown>> | undefined;
}

const MAX_ERRORS = 20;

/** The error code for an id of invalid form. It is the same as for an unknown id. */
const notFoundCode = (codes: readonly ErrorCode[], place: string): ErrorCode => {
	const exact = `${place.replace(/Id$/, "").toUpperCase()}_NOT_FOUND`;
	return codes.find((code) => code === exact) ?? codes.find((code) => code.endsWith("_NOT_FOUND")) ?? "NOT_FOUND";
};

/**
 * Assembles the parameters of a contract from the path, the body and its declared query parameters. Without a body, all others come from
 * the query. No source overrides another: misplaced and undeclared parameters are rejected.
 *
 * @returns a function that throws VALIDATION_FAILED with the path of each error, or the not-found code if an id in the URL is invalid
 */
export const parameters = ({ params: schema, http, errors: codes }: ActionContract): ((sources: Sources) => object) => {
	const checked = schemaValidator(schema);

	const fromQuery = (
		search: string,
		everything: boolean,
		taken: Readonly<Record<string, string>>,
		errors: FieldError[],
	): Record<string, unknown> => {
		const found: Record<string, unknown> = {};
		for (const [name, values] of search === "" ? [] : parseQuery(search)) {
			const declared = (everything || http.query.includes(name)) && !Object.hasOwn(taken, name) ? schemaOf(schema, name) : undefined;
			const coerced = declared && coerce(declared, values);
			if (coerced === undefined) errors.push({ path: jsonPointer(name), message: "is not a supported query parameter" });
			else if (coerced === "repeated") errors.push({ path: jsonPointer(name), message: "must not be repeated" });
			else found[name] = coerced.value;
		}
		return found;
	};

	const fromBody = (
		body: Readonly<Record<string, unknown>>,
		taken: Readonly<Record<string, string>>,
		errors: FieldError[],
	): Record<string, unknown> => {
		const found: Record<string, unknown> = {};
		for (const [name, value] of Object.entries(body)) {
			if (http.query.includes(name)) errors.push({ path: jsonPointer(name), message: "must be sent as a query parameter" });
			else if (!Object.hasOwn(taken, name)) found[name] = value;
			else if (value !== taken[name]) errors.push({ path: jsonPointer(name), message: "does not match the value in the URL" });
		}
		return found;
	};

	return ({ path, search, body }) => {
		const errors: FieldError[] = [];
		const query = fromQuery(search, body === undefined, path, errors);
		const params = { ...(body && fromBody(body, path, errors)), ...query, ...path };
		if (errors.length === 0 && checked.check(params)) return params;
		const wrong = checked.errors(params, Infinity);
		const place = Object.keys(path).find((name) => wrong.some((error) => error.path === jsonPointer(name)));
		if (place !== undefined) throw serviceError(notFoundCode(codes, place));
		throw validationError([...errors, ...wrong].slice(0, MAX_ERRORS));
	};
};
