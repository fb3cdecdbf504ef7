import { serviceError } from "@mixins/errors/service-errors";

const TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g;
const LIST = /^\s*(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"(?:\s*,\s*(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")*\s*$/;
const VERSION = /^"(\d{1,15})"$/;

const tagsOf = (header: string): readonly string[] => (LIST.test(header) ? (header.match(TAG) ?? []) : []);

/**
 * The version that If-Match asks for; undefined where any will do. Of several the newest: a client that has seen it knows that the others are
 * past. Weak tags never match (RFC 9110, 13.1.1).
 *
 * @throws PRECONDITION_FAILED where it names nothing that could be ours
 */
export const expectedVersion = (ifMatch: string | undefined): number | undefined => {
	if (ifMatch === undefined || ifMatch.trim() === "*") return undefined;
	const versions = tagsOf(ifMatch).flatMap((tag) => VERSION.exec(tag)?.[1] ?? []);
	if (versions.length === 0) throw serviceError("PRECONDITION_FAILED");
	return Math.max(...versions.map(Number));
};

const opaque = (tag: string): string => (tag.startsWith("W/") ? tag.slice(2) : tag);

/** Whether the client has this already: If-None-Match, by the weak comparison (RFC 9110, 13.1.2). */
export const isFresh = (ifNoneMatch: string | undefined, etag: string): boolean => {
	if (ifNoneMatch === undefined) return false;
	if (ifNoneMatch === etag || ifNoneMatch.trim() === "*") return true;
	const wanted = opaque(etag);
	return tagsOf(ifNoneMatch).some((tag) => opaque(tag) === wanted);
};
