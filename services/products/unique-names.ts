import type { CommitMeta } from "@kernel/cloud-event";
import type { NameClaims } from "@mixins/actors/name-claims";
import { settledInSlices } from "@mixins/async/time-slice";

/** Result of claiming names for a product. */
export interface ClaimResult {
	/** Names that other products own or are claiming. */
	readonly refused: ReadonlySet<string>;
	/** Ends the claim; newly claimed names that are not kept are released. */
	settle(keeps: (name: string) => boolean): Promise<void>;
}

/** Handles and SKUs, each owned by at most one product. */
export interface UniqueNames {
	claim(names: readonly string[], owner: string, meta: CommitMeta): Promise<ClaimResult>;
	/** Releases names that the owner no longer has. */
	release(names: readonly string[], owner: string, meta: CommitMeta): Promise<void>;
	owner(name: string): Promise<string | undefined>;
}

/** Age from which a claim without a stored owner counts as abandoned. A younger one may belong to another process that is still working. */
const ABANDONED_MS = 60_000;

interface UniqueNamesOptions {
	readonly claims: NameClaims;
	/** Whether this process owns the store, so that no other process claims names. */
	readonly exclusive: boolean;
	/** Whether the stored product has the name. */
	readonly has: (product: string, name: string) => Promise<boolean>;
}

/**
 * A name is claimed before its product is written. A crash in between leaves a claim whose owner does not have the name; the next product that
 * needs the name takes the claim over. Names being claimed in this process are marked, so that work in progress is not mistaken for a crash.
 */
export const uniqueNames = ({ claims, exclusive, has }: UniqueNamesOptions): UniqueNames => {
	const marked = new Set<string>();

	const isAbandoned = async (name: string, owner: string, now: number): Promise<boolean> => {
		if (!exclusive && now - ((await claims.changedAt(name)) ?? now) < ABANDONED_MS) return false;
		return !(await has(owner, name));
	};

	const claimOne = async (name: string, owner: string, meta: CommitMeta): Promise<boolean> => {
		const outcome = await claims.claim(name, owner, meta);
		if (outcome.mine) return true;
		return (await isAbandoned(name, outcome.owner, meta.at)) && claims.take(name, owner, outcome.owner, meta);
	};

	/** Errors are ignored: a claim that cannot be released now is taken over later. */
	const release = async (names: readonly string[], owner: string, meta: CommitMeta): Promise<void> => {
		await settledInSlices(names, (name) => claims.release(name, owner, meta));
	};

	return {
		async claim(names, owner, meta) {
			const mine = names.filter((name) => !marked.has(name));
			for (const name of mine) marked.add(name);
			const outcomes = await settledInSlices(mine, (name) => claimOne(name, owner, meta));
			const granted = mine.filter((_, index) => {
				const outcome = outcomes[index];
				return outcome?.status === "fulfilled" && outcome.value;
			});
			const settle = async (keeps: (name: string) => boolean): Promise<void> => {
				await release(
					granted.filter((name) => !keeps(name)),
					owner,
					meta,
				);
				for (const name of mine) marked.delete(name);
			};
			const failed = outcomes.find((outcome) => outcome.status === "rejected");
			if (failed) {
				await settle(() => false);
				throw failed.reason;
			}
			const kept = new Set(granted);
			return { refused: new Set(names.filter((name) => !kept.has(name))), settle };
		},
		release,
		owner: claims.owner,
	};
};
