import type { ActionContract } from "@kernel/contract";
import type { FieldError } from "@kernel/errors";
import { checker } from "@mixins/check";
import { invalid } from "@mixins/failure";
import { coerce, schemaOf } from "./coercion";
import { parseQuery } from "./query";

export interface Sources {
	readonly path: Readonly<Record<string, string>>;
	/** With its question mark, or "". */
	readonly search: string;
	/** Undefined where the route takes none: then the query says it all. */
	readonly body: Readonly<Record<string, unknown>> | undefined;
}

const MAX_ERRORS = 20;
/** RFC 6901. */
const pointer = (name: string): string => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;

/**
 * Puts a contract's parameters together: from the path; from the body, and what the contract names from the query; or all from the query where
 * there is no body. No source overrides another: what is said in the wrong place is refused, as is what nobody declared.
 *
 * @returns a function that throws VALIDATION_FAILED with a path for each thing that is wrong
 */
export const parameters = ({ params: schema, http }: ActionContract): ((sources: Sources) => object) => {
	const checked = checker(schema);

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
			if (coerced === undefined) errors.push({ path: pointer(name), message: "is not known in the query" });
			else if (coerced === "repeated") errors.push({ path: pointer(name), message: "is given more than once" });
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
			if (http.query.includes(name)) errors.push({ path: pointer(name), message: "belongs in the query" });
			else if (!Object.hasOwn(taken, name)) found[name] = value;
			else if (value !== taken[name]) errors.push({ path: pointer(name), message: "differs from what the address says" });
		}
		return found;
	};

	return ({ path, search, body }) => {
		const errors: FieldError[] = [];
		const query = fromQuery(search, body === undefined, path, errors);
		const params = { ...(body && fromBody(body, path, errors)), ...query, ...path };
		if (errors.length > 0 || !checked.check(params)) throw invalid([...errors, ...checked.errors(params)].slice(0, MAX_ERRORS));
		return params;
	};
};
