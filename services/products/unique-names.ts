import type { CommitMeta } from "@kernel/cloud-event";
import type { NameClaims } from "@mixins/actors/name-claims";
import { settledInSlices } from "@mixins/async/time-slice";

/** What came of wanting names for a product. */
export interface ClaimResult {
	/** Which of the names are others', or just being claimed by others. */
	readonly refused: ReadonlySet<string>;
	/** Ends the claiming: what was newly claimed and is not kept is given back. */
	settle(keeps: (name: string) => boolean): Promise<void>;
}

/** Handles and SKUs, each of which one product has. */
export interface UniqueNames {
	claim(names: readonly string[], owner: string, meta: CommitMeta): Promise<ClaimResult>;
	/** For names that their owner no longer has. */
	release(names: readonly string[], owner: string, meta: CommitMeta): Promise<void>;
	owner(name: string): Promise<string | undefined>;
}

/** A claim of another process that is younger than this may belong to work that goes on there. */
const ABANDONED_MS = 60_000;

interface Parts {
	readonly claims: NameClaims;
	/** One process owns the store: nobody else is claiming anything. */
	readonly exclusive: boolean;
	/** Whether the product, as it is stored, has this name. */
	readonly has: (product: string, name: string) => Promise<boolean>;
}

/**
 * A name is claimed before its product is written. A crash between the two leaves a claim whose owner does not have the name: it is taken over
 * by whoever wants it next. What this process is claiming just now is marked, so that no such work is mistaken for a crash.
 */
export const uniqueNames = ({ claims, exclusive, has }: Parts): UniqueNames => {
	const marked = new Set<string>();

	const orphaned = async (name: string, owner: string, now: number): Promise<boolean> => {
		if (!exclusive && now - ((await claims.changedAt(name)) ?? now) < ABANDONED_MS) return false;
		return !(await has(owner, name));
	};

	const claimOne = async (name: string, owner: string, meta: CommitMeta): Promise<boolean> => {
		const outcome = await claims.claim(name, owner, meta);
		if (outcome.mine) return true;
		return (await orphaned(name, outcome.owner, meta.at)) && claims.take(name, owner, outcome.owner, meta);
	};

	/** One that cannot be released now is taken over later. */
	const giveUp = async (names: readonly string[], owner: string, meta: CommitMeta): Promise<void> => {
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
				await giveUp(
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
		release: giveUp,
		owner: claims.owner,
	};
};
