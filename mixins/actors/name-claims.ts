import { nameClaim, type Claim } from "@kernel/name-claim";
import type { CommitMeta } from "@kernel/cloud-event";
import { isRejection } from "@kernel/rejection";
import { Actors } from "./actor";
import type { Store } from "../store/port";

/**
 * Names that must be unique within a service. A name is claimed before its owner is written. A crash between the two leaves a claim whose owner
 * does not have the name. The next claimant makes sure that this owner can never get the name, and takes the claim over.
 */
export interface NameClaims {
	/** Claims a name with at most one commit, none if the owner holds it already. `owner` is the current owner of the name. */
	claim(name: string, owner: string, meta: CommitMeta): Promise<{ readonly owner: string; readonly mine: boolean }>;
	/** Releases a name. Does nothing if another owner holds it. */
	release(name: string, owner: string, meta: CommitMeta): Promise<void>;
	owner(name: string): Promise<string | undefined>;
	/** Time of the last claim or release in epoch ms; undefined if there was none. */
	changedAt(name: string): Promise<number | undefined>;
	/**
	 * Takes a claim over from an owner that does not have the name and can never get it. A load of that owner does not prove this, because it may be
	 * about to write the name. A command that makes the write impossible does (see services/users/registration.ts).
	 *
	 * @returns false if an owner other than `from` holds the name
	 */
	take(name: string, owner: string, from: string, meta: CommitMeta): Promise<boolean>;
}

const holder = ({ owner }: Claim): string | null => owner;

/**
 * A name must not contain personal data, because claims are kept. Claim a hash of it instead.
 *
 * @param kindName kind of the claims, one per service: lower-case letters and underscores ("user_claim")
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
