import { serviceError } from "@mixins/errors/service-errors";

const TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g;
const LIST = /^\s*(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"(?:\s*,\s*(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")*\s*$/;
const VERSION = /^"(\d{1,15})"$/;

const tagsOf = (header: string): readonly string[] => (LIST.test(header) ? (header.match(TAG) ?? []) : []);

/**
 * The version that If-Match requires; undefined if any version is accepted. Of several versions the newest: a client that has seen it knows
 * that the others are outdated. Weak tags never match (RFC 9110, 13.1.1).
 *
 * @throws PRECONDITION_FAILED if the header contains no version tag
 */
export const expectedVersion = (ifMatch: string | undefined): number | undefined => {
	if (ifMatch === undefined || ifMatch.trim() === "*") return undefined;
	const versions = tagsOf(ifMatch).flatMap((tag) => VERSION.exec(tag)?.[1] ?? []);
	if (versions.length === 0) throw serviceError("PRECONDITION_FAILED");
	return Math.max(...versions.map(Number));
};

const opaque = (tag: string): string => (tag.startsWith("W/") ? tag.slice(2) : tag);

/** Whether If-None-Match contains the entity tag, by weak comparison (RFC 9110, 13.1.2). */
export const isFresh = (ifNoneMatch: string | undefined, etag: string): boolean => {
	if (ifNoneMatch === undefined) return false;
	if (ifNoneMatch === etag || ifNoneMatch.trim() === "*") return true;
	const wanted = opaque(etag);
	return tagsOf(ifNoneMatch).some((tag) => opaque(tag) === wanted);
};
