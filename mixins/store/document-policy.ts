import type { Kind } from "./port";

/** Rules for the current documents of both engines. A document is a view of its journal: it may lag behind, but it is never wrong. */

/** Maximum length, in characters of JSON, of a document that every commit rewrites. Larger documents are rewritten less often. */
export const SMALL_DOCUMENT_CHARS = 16_384;
export const COMMITS_BETWEEN_LARGE_DOCUMENTS = 256;
/** A document that no query reads only shortens loading. Reading a commit costs about as much as writing it, so few rewrites suffice. */
const COMMITS_BETWEEN_UNQUERIED_DOCUMENTS = 16;

/** @returns n, if every n-th commit of an aggregate rewrites its document */
export const documentInterval = (isQueried: boolean, isLarge: boolean): number =>
	isLarge ? COMMITS_BETWEEN_LARGE_DOCUMENTS : isQueried ? 1 : COMMITS_BETWEEN_UNQUERIED_DOCUMENTS;

/** Identifies the form of a kind's documents. If the stored fingerprint differs, the documents are rebuilt from the journals. */
export const fingerprint = <State, Event>({ revision, fields }: Kind<State, Event>): string =>
	JSON.stringify([revision, Object.entries(fields).map(([name, { indexed }]) => [name, indexed === true])]);
