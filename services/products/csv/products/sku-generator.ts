import { createHash } from "node:crypto";
import { LIMITS } from "../limits";

const HASH_LENGTH = 8;

const plain = (text: string): string => text.normalize("NFKD").replace(/\p{M}+/gu, "");

const slug = (text: string): string =>
	plain(text)
		.toUpperCase()
		.replace(/[^A-Z0-9]+/g, "-")
		.replace(/^-+|-+$/g, "");

/** Whether the slug lost letters or digits, such as those of another script. */
const isLossy = (text: string): boolean => /[^\p{ASCII}]/u.test(plain(text).replace(/[^\p{L}\p{N}]+/gu, ""));

const isPlainHandle = (handle: string): boolean => /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(handle);

const hash = (parts: readonly unknown[]): string =>
	createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, HASH_LENGTH).toUpperCase();

/**
 * Generates a SKU for a variant without one, such as "CLAY-POT--LARGE". It depends only on the handle and values, so a repeated import
 * generates the same SKU. Handle and values are separated by two dashes. If the text is lossy or longer than 64 characters, it is shortened
 * and gets a hash, so that no two products get the same SKU.
 *
 * @param values option values, in the order of the options
 * @param taken whether another variant already has the SKU
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
