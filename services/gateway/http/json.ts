import { isUtf8 } from "node:buffer";
import { serviceError, validationError } from "@mixins/errors/service-errors";

const MAX_DEPTH = 32;
/** Property names that give access to prototypes when objects are copied carelessly. */
const DANGEROUS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** Whether a value respects the depth limit and has no dangerous property names. */
const isSafe = (value: unknown, depth: number): boolean => {
	if (typeof value !== "object" || value === null) return true;
	if (depth > MAX_DEPTH) return false;
	if (Array.isArray(value)) return value.every((item) => isSafe(item, depth + 1));
	for (const key in value) if (DANGEROUS.has(key) || !isSafe((value as Record<string, unknown>)[key], depth + 1)) return false;
	return true;
};

/** Throws the error of a value that is not safe. */
const refuse = (value: unknown, depth: number, path: string): void => {
	if (typeof value !== "object" || value === null) return;
	if (depth > MAX_DEPTH) throw validationError([{ path: "", message: `is nested deeper than ${MAX_DEPTH} levels` }]);
	if (Array.isArray(value)) {
		for (const item of value as unknown[]) refuse(item, depth + 1, path);
		return;
	}
	for (const key of Object.keys(value)) {
		if (DANGEROUS.has(key)) throw validationError([{ path: `${path}/${key}`, message: "is not an allowed property name" }]);
		refuse((value as Record<string, unknown>)[key], depth + 1, `${path}/${key}`);
	}
};

/**
 * Checks that a parsed value is an object that is safe to pass on.
 *
 * @throws VALIDATION_FAILED if it is not an object, is nested too deeply, or has a dangerous property name
 */
export const safeObject = (value: unknown): Record<string, unknown> => {
	if (typeof value !== "object" || value === null || Array.isArray(value))
		throw validationError([{ path: "", message: "must be an object" }]);
	if (!isSafe(value, 1)) refuse(value, 1, "");
	return value as Record<string, unknown>;
};

/**
 * Parses a JSON object. An empty body yields an empty object.
 * @throws INVALID_JSON, VALIDATION_FAILED
 */
export const parseObject = (bytes: Buffer): Record<string, unknown> => {
	if (bytes.length === 0) return {};
	if (!isUtf8(bytes)) throw serviceError("INVALID_JSON");
	let value: unknown;
	try {
		value = JSON.parse(bytes.toString());
	} catch {
		// SyntaxError: the text is not JSON
		throw serviceError("INVALID_JSON");
	}
	return safeObject(value);
};
