import type { Role } from "@kernel/access";
import type { CommitMeta } from "@kernel/cloud-event";
import { derivedId, randomId } from "@kernel/ids";
import { isRejection } from "@kernel/rejection";
import type { UsersContext } from "./context";
import { emailClaim, normalEmail } from "./domain/email";

export interface Registration {
	readonly email: string;
	readonly name: string;
	readonly locale?: string;
	readonly role: Role;
	readonly emailVerified: boolean;
	readonly passwordHash: string;
}

const ATTEMPTS = 5;

/**
 * An account for an address that has none. The address is claimed first. Where its claim is held by an id that has no account (its process died
 * between the two, or is about to write it), that id is made unusable before the claim is taken: of two accounts for one address, one never is.
 *
 * @param seed the same gives the same account: a request that is sent again makes no second one
 * @returns whose the address is now, and whether that is new
 */
export const openAccount = async (
	home: UsersContext,
	registration: Registration,
	seed: string | undefined,
	cause: CommitMeta,
): Promise<{ readonly userId: string; readonly created: boolean }> => {
	const { actors, names } = home;
	const email = normalEmail(registration.email);
	const name = emailClaim(email);
	for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
		const id = attempt === 0 && seed !== undefined ? derivedId("usr", seed) : randomId("usr", cause.at);
		const { owner, mine } = await names.claim(name, id, cause);
		if (!mine) {
			// Nothing happens to an account; an id without one, or whose owner is forgotten, can have none from here on.
			const has = await actors.send(owner, "abandon", {}, (state) => state.status === "active" && state.email === email, cause);
			if (has) return { userId: owner, created: false };
			if (!(await names.take(name, id, owner, cause))) continue;
		}
		const outcome = await actors.send(
			id,
			"register",
			{ ...registration, email, at: cause.at },
			(state) => state.email === email,
			cause,
		);
		if (outcome === true) return { userId: id, created: true };
		if (isRejection(outcome)) await names.release(name, id, cause);
	}
	throw new Error(`an address was not settled after ${ATTEMPTS} attempts`);
};
