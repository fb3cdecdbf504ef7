import type { Documents } from "./documents";
import type { CommitRecord, Journal } from "./journal";

/** Nodes hold nothing in memory for so long without asking (see versions.ts), by far. */
export const KEYS_KEPT_MS = 30 * 24 * 3_600_000;

/**
 * How an aggregate is removed: by one more commit, of which another writer may be first, and which nobody's state leads to. The commits before it
 * are emptied, and their keys stay taken for a while, so that whoever still knows the aggregate cannot commit to it.
 */
export const removal = (journal: Journal, documents: Pick<Documents<never>, "delete">) => ({
	/** What may have broken off. */
	async finish(id: string, last: Pick<CommitRecord, "_id" | "gone" | "emptied">): Promise<void> {
		if (last.gone === undefined || last.emptied) return;
		const { version } = last._id;
		await documents.delete(id, version);
		await journal.empty(id, version, last.gone);
	},
});
