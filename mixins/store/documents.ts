import type { Kind } from "./port";

/** What the current documents of both engines have in common. A document is a view of its journal: it may be late, and is never wrong. */

/** A document is rewritten with every commit while it is small (characters of its JSON), and then only now and then. */
export const SMALL_DOCUMENT = 16_384;
export const COMMITS_BETWEEN_LARGE_DOCUMENTS = 256;

/** What the documents of a kind are made for. Where it differs from what is declared, they are made again from the journals. */
export const fingerprint = <State, Event>({ revision, fields }: Kind<State, Event>): string =>
	JSON.stringify([revision, Object.entries(fields).map(([name, { indexed }]) => [name, indexed === true])]);
