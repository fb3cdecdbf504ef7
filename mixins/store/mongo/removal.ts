import type { Documents } from "./documents";
import type { CommitRecord, Journal } from "./journal";

/** Far longer than a node trusts a remembered version without reading it again (see version-cache.ts). */
export const KEYS_KEPT_MS = 30 * 24 * 3_600_000;

/**
 * An aggregate is removed by one more commit, which competes with other writers like any commit. The commits before it are then emptied.
 * Their keys stay taken for `KEYS_KEPT_MS`, so that a node with an older state of the aggregate cannot commit to it.
 */
export const removal = (journal: Journal, documents: Pick<Documents<never>, "delete">) => ({
	/** Completes a removal that may have been interrupted after its commit. */
	async finish(id: string, last: Pick<CommitRecord, "_id" | "gone" | "emptied">): Promise<void> {
		if (last.gone === undefined || last.emptied) return;
		const { version } = last._id;
		await documents.delete(id, version);
		await journal.empty(id, version, last.gone);
	},
});
