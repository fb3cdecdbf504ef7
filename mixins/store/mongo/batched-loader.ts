import type { Documents, DocumentRow } from "./documents";
import { microBatch } from "../../async/micro-batch";
import type { Journal, RecordKey } from "./journal";

/** Result of a load: the aggregate has no commits; the document is current; or the journal must be read as well. */
export type Loaded =
	| { readonly is: "nothing" }
	| { readonly is: "document"; readonly document: DocumentRow }
	| { readonly is: "behind"; readonly document: DocumentRow | undefined };

type Read = (id: string) => Promise<Loaded>;

/**
 * Batches all loads of one turn of the event loop into two rounds of queries: first the documents, then whether each holds the last commit.
 * The order matters. A document that still holds the last commit after it was read was current when it was read.
 */
export const batchedLoader = (
	documents: Pick<Documents<never>, "form" | "many">,
	journal: Pick<Journal, "present" | "known">,
	removable: boolean,
): Read => {
	const found = async (rows: ReadonlyMap<string, DocumentRow>): Promise<(row: DocumentRow) => boolean> => {
		const keys = [...rows.values()].flatMap(({ _id, version }): RecordKey[] => [
			{ id: _id, version },
			{ id: _id, version: version + 1 },
		]);
		const present = new Set((await journal.present(keys)).map(({ id, version }) => `${version} ${id}`));
		return ({ _id, version }) => present.has(`${version} ${_id}`) && !present.has(`${version + 1} ${_id}`);
	};
	const nothing = async (ids: readonly string[]): Promise<(id: string) => boolean> => {
		// The journal of an aggregate that cannot be removed always contains commit 1.
		const known = removable
			? await journal.known(ids)
			: new Set((await journal.present(ids.map((id) => ({ id, version: 1 })))).map(({ id }) => id));
		return (id) => !known.has(id);
	};

	return microBatch<string, Loaded>(async (asked) => {
		const ids = [...new Set(asked)];
		const rows = new Map((await documents.many(ids)).map((row) => [row._id, row]));
		const [isLast, isNothing] = await Promise.all([found(rows), nothing(ids.filter((id) => !rows.has(id)))]);
		return asked.map((id): Loaded => {
			const document = rows.get(id);
			if (!document) return isNothing(id) ? { is: "nothing" } : { is: "behind", document };
			return document.form === documents.form && isLast(document) ? { is: "document", document } : { is: "behind", document };
		});
	}).add;
};
