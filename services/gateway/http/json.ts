import { isUtf8 } from "node:buffer";
import { serviceError, validationError } from "@mixins/errors/service-errors";

const MAX_DEPTH = 32;
/** Names that reach an object's prototype where a program copies carelessly. */
const DANGEROUS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** Whether nothing in a value is too deep or has a name that reaches prototypes. */
const isSafe = (value: unknown, depth: number): boolean => {
	if (typeof value !== "object" || value === null) return true;
	if (depth > MAX_DEPTH) return false;
	if (Array.isArray(value)) return value.every((item) => isSafe(item, depth + 1));
	for (const key in value) if (DANGEROUS.has(key) || !isSafe((value as Record<string, unknown>)[key], depth + 1)) return false;
	return true;
};

/** Says what is wrong with a value that is not safe. */
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
 * An object that is safe to hand on.
 *
 * @throws VALIDATION_FAILED where it is no object, too deep, or has a name that reaches prototypes
 */
export const safeObject = (value: unknown): Record<string, unknown> => {
	if (typeof value !== "object" || value === null || Array.isArray(value))
		throw validationError([{ path: "", message: "must be an object" }]);
	if (!isSafe(value, 1)) refuse(value, 1, "");
	return value as Record<string, unknown>;
};

/** @throws INVALID_JSON, VALIDATION_FAILED. No bytes at all are an empty object. */
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
