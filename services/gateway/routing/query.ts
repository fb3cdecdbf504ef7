import { validationError } from "@mixins/errors/service-errors";

const MAX_PAIRS = 200;

const decode = (text: string): string => {
	try {
		return decodeURIComponent(text.replaceAll("+", " "));
	} catch {
		// URIError: the text is not percent-encoded
		throw validationError([{ path: "", message: "the query string is not correctly percent-encoded" }]);
	}
};

/**
 * Parses a query string to its values by name, in order. Brackets in names have no meaning.
 * @throws VALIDATION_FAILED
 */
export const parseQuery = (search: string): ReadonlyMap<string, readonly string[]> => {
	const found = new Map<string, string[]>();
	const pairs = search
		.slice(1)
		.split("&")
		.filter((pair) => pair !== "");
	if (pairs.length > MAX_PAIRS) throw validationError([{ path: "", message: `the query string has more than ${MAX_PAIRS} parameters` }]);
	for (const pair of pairs) {
		const split = pair.indexOf("=");
		const name = decode(split < 0 ? pair : pair.slice(0, split));
		const value = split < 0 ? "" : decode(pair.slice(split + 1));
		const values = found.get(name);
		if (values) values.push(value);
		else found.set(name, [value]);
	}
	return found;
};
