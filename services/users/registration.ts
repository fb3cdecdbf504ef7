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
 * Creates an account for an address that has none. The address is claimed first. The claim may belong to an id without an account, because its process
 * crashed or has not written the account yet. That id is abandoned before its claim is taken over, so an address never has two accounts.
 *
 * @param seed derives the account id, so that a repeated request creates no second account
 * @returns the owner of the address, and whether this call created the account
 */
export const openAccount = async (
	context: UsersContext,
	registration: Registration,
	seed: string | undefined,
	cause: CommitMeta,
): Promise<{ readonly userId: string; readonly created: boolean }> => {
	const { actors, names } = context;
	const email = normalEmail(registration.email);
	const name = emailClaim(email);
	for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
		const id = attempt === 0 && seed !== undefined ? derivedId("usr", seed) : randomId("usr", cause.at);
		const { owner, mine } = await names.claim(name, id, cause);
		if (!mine) {
			// No effect on an active account. An id without an account, or with an erased one, can no longer register.
			const hasAccount = await actors.send(
				owner,
				"abandon",
				{},
				(state) => state.status === "active" && state.email === email,
				cause,
			);
			if (hasAccount) return { userId: owner, created: false };
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
	throw new Error(`registration gave up after ${ATTEMPTS} concurrent claims of the address`);
};
