import type { Kind } from "./port";

/** What the current documents of both engines have in common. A document is a view of its journal: it may be late, and is never wrong. */

/** A document is rewritten with every commit while it is small (characters of its JSON), and then only now and then. */
export const SMALL_DOCUMENT_CHARS = 16_384;
export const COMMITS_BETWEEN_LARGE_DOCUMENTS = 256;
/** A document that no query reads only shortens loading: a commit costs about as much to read as to write. */
const COMMITS_BETWEEN_UNQUERIED_DOCUMENTS = 16;

/** Each so-manieth commit of an aggregate brings a document. */
export const documentInterval = (isQueried: boolean, isLarge: boolean): number =>
	isLarge ? COMMITS_BETWEEN_LARGE_DOCUMENTS : isQueried ? 1 : COMMITS_BETWEEN_UNQUERIED_DOCUMENTS;

/** What the documents of a kind are made for. Where it differs from what is declared, they are made again from the journals. */
export const fingerprint = <State, Event>({ revision, fields }: Kind<State, Event>): string =>
	JSON.stringify([revision, Object.entries(fields).map(([name, { indexed }]) => [name, indexed === true])]);
