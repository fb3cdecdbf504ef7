import type { Role } from "@kernel/access";
import type { CommitMeta } from "@kernel/cloud-event";
import { isRejection, reject, type Rejection } from "@kernel/rejection";
import { Actors } from "@mixins/actors/actor";
import type { Store } from "@mixins/store/port";
import { read, standingView, type UsersContext } from "./context";
import { administrators } from "./domain/administrators";
import { isActiveAdministrator } from "./domain/model";
import type { Standing, User } from "./users.contract";
import { administratorKind, idsOfAdministrators } from "./users.store";

const ALL = "all";
const ATTEMPTS = 10;

const isConflict = (outcome: unknown): boolean => isRejection(outcome) && outcome.rejected === "PRECONDITION_FAILED";

export interface LastAdministratorGuard {
	/** Adds an account to the list if it is an administrator. */
	register(userId: string, cause: CommitMeta): Promise<void>;
	/**
	 * Runs a change that may remove an administrator, provided that another one remains.
	 *
	 * @param stays whether the account is still an active administrator after the change
	 * @param change receives the account and rejects with PRECONDITION_FAILED if its version has changed. Without `expected`, all is then decided again.
	 */
	runGuarded<Outcome>(
		userId: string,
		stays: (user: User) => boolean,
		expected: number | undefined,
		cause: CommitMeta,
		change: (before: Standing) => Promise<Outcome | Rejection<"PRECONDITION_FAILED">>,
	): Promise<Outcome | Rejection<"PRECONDITION_FAILED" | "USER_NOT_FOUND" | "LAST_ADMINISTRATOR">>;
}

/** Ensures that one administrator remains, also if two of them disable each other at the same time. */
export const lastAdministratorGuard = (context: UsersContext, store: Store): LastAdministratorGuard => {
	const actors = new Actors(administrators, store.collection(administratorKind), { exclusive: store.exclusive });
	const load = (userId: string) =>
		read(context, userId, (state, version) => ({ ...standingView(state, version), administers: isActiveAdministrator(state) }));

	const enter = async (userId: string, cause: CommitMeta): Promise<void> => {
		const found = await load(userId);
		if (found?.administers) await actors.send(ALL, "enter", { userId, userVersion: found.user.version }, () => null, cause);
	};

	/** The list may be incomplete after a crash. It is therefore completed before an account is rejected as the last administrator. */
	const strike = async (userId: string, userVersion: number, cause: CommitMeta) => {
		const outcome = await actors.send(ALL, "strike", { userId, userVersion }, () => null, cause);
		if (!isRejection(outcome)) return outcome;
		for (const id of await idsOfAdministrators(context.collection)) if (id !== userId) await enter(id, cause);
		return actors.send(ALL, "strike", { userId, userVersion }, () => null, cause);
	};

	return {
		register: enter,
		async runGuarded(userId, stays, expected, cause, change) {
			for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
				const found = await load(userId);
				if (!found) return reject("USER_NOT_FOUND");
				const { version } = found.user;
				if (expected !== undefined && expected !== version) return reject("PRECONDITION_FAILED");
				if (found.administers && !stays(found.user)) {
					const struck = await strike(userId, version, cause);
					if (isRejection(struck)) return struck;
				}
				const outcome = await change(found);
				await enter(userId, cause);
				if (!isConflict(outcome) || expected !== undefined) return outcome;
			}
			throw new Error(`${userId}: gave up after ${ATTEMPTS} concurrent modifications`);
		},
	};
};

export interface Change {
	readonly role?: Role | undefined;
	readonly disabled?: boolean | undefined;
}

/** Whether an account is an active administrator after a change. */
export const staysAdministrator =
	({ role, disabled }: Change) =>
	(user: User): boolean =>
		(role ?? user.role) === "admin" && !(disabled ?? user.disabled);
