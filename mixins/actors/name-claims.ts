import { nameClaim, type Claim } from "@kernel/name-claim";
import type { CommitMeta } from "@kernel/cloud-event";
import { isRejection } from "@kernel/rejection";
import { Actors } from "./actor";
import type { Store } from "../store/port";

/**
 * Names that only one aggregate of a service may have. A name is claimed before its owner is written, so a crash between the two leaves a
 * claim whose owner never came to have the name: whoever wants it then sees to it that this owner never will, and takes the claim over.
 */
export interface NameClaims {
	/** One commit at most; none where it is the owner's already. `owner` is who holds the name now. */
	claim(name: string, owner: string, meta: CommitMeta): Promise<{ readonly owner: string; readonly mine: boolean }>;
	/** Does nothing where the name is another's. */
	release(name: string, owner: string, meta: CommitMeta): Promise<void>;
	owner(name: string): Promise<string | undefined>;
	/** When it was last claimed or released, in epoch ms; undefined where it never was. */
	changedAt(name: string): Promise<number | undefined>;
	/**
	 * Takes a claim over from an owner that does not have the name, and cannot come to have it: to have loaded it is not enough where it may be
	 * about to write the name. A command to it that makes that impossible is (see services/users/registration.ts).
	 *
	 * @returns false where somebody else than `from` holds it by now
	 */
	take(name: string, owner: string, from: string, meta: CommitMeta): Promise<boolean>;
}

const holder = ({ owner }: Claim): string | null => owner;

/**
 * @param kindName of the claims' journals, one for each service: lower-case letters and underscores ("user_claim")
 * A name never holds what must be forgotten one day: where it is personal, claim a hash of it.
 */
export const nameClaims = (store: Store, kindName: string): NameClaims => {
	const { initial, evolve } = nameClaim;
	const collection = store.collection({ name: kindName, revision: 1, initial, evolve, fields: {}, publishes: [] });
	const actors = new Actors(nameClaim, collection, { exclusive: store.exclusive });

	return {
		async claim(name, owner, meta) {
			const outcome = await actors.create(name, "claim", { owner }, holder, meta);
			if (isRejection(outcome)) return { owner: outcome.detail["owner"] as string, mine: false };
			return { owner, mine: true };
		},
		async release(name, owner, meta) {
			await actors.send(name, "release", { owner }, holder, meta);
		},
		owner: async (name) => (await actors.read(name, holder)) ?? undefined,
		changedAt: async (name) => (await collection.history(name)).at(-1)?.at,
		take: async (name, owner, from, meta) => !isRejection(await actors.send(name, "take", { owner, from }, holder, meta)),
	};
};
