import { createHash } from "node:crypto";
import { LIMITS } from "../limits";

const HASH_LENGTH = 8;

const plain = (text: string): string => text.normalize("NFKD").replace(/\p{M}+/gu, "");

const slug = (text: string): string =>
	plain(text)
		.toUpperCase()
		.replace(/[^A-Z0-9]+/g, "-")
		.replace(/^-+|-+$/g, "");

/** Whether letters or digits got lost on the way: of another script, say. */
const isLossy = (text: string): boolean => /[^\p{ASCII}]/u.test(plain(text).replace(/[^\p{L}\p{N}]+/gu, ""));

const isPlainHandle = (handle: string): boolean => /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(handle);

const hash = (parts: readonly unknown[]): string =>
	createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, HASH_LENGTH).toUpperCase();

/**
 * The SKU of a variant that came without one: "CLAY-POT--LARGE" for the large one of clay-pot. It depends on handle and values alone, so
 * the next import makes the same. Two dashes stand between handle and values, and what does not show all of them, or is cut at 64
 * characters, ends with a hash: so no two products of a shop get the same.
 *
 * @param values in the order of the options
 * @param taken whether another variant has this SKU already
 */
export const makeSku = (handle: string, values: readonly string[], taken: (sku: string) => boolean): string => {
	const readable = [handle, ...values]
		.map(slug)
		.filter((part) => part !== "")
		.join("--");
	const exact = isPlainHandle(handle) && !values.some((value) => isLossy(value) || slug(value) === "") && readable.length <= LIMITS.sku;
	if (exact && !taken(readable)) return readable;
	const beginning = readable.slice(0, LIMITS.sku - HASH_LENGTH - 1).replace(/-+$/, "");
	for (let attempt = 0; ; attempt++) {
		const sku = [beginning, hash(attempt === 0 ? [handle, values] : [handle, values, attempt])].filter((part) => part !== "").join("-");
		if (!taken(sku)) return sku;
	}
};
