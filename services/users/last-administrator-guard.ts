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

const hasMoved = (outcome: unknown): boolean => isRejection(outcome) && outcome.rejected === "PRECONDITION_FAILED";

export interface LastAdministratorGuard {
	/** Enters an account that has become an administrator; does nothing for another. */
	register(userId: string, cause: CommitMeta): Promise<void>;
	/**
	 * Does what may cost the shop an administrator, once it is sure that another stays.
	 *
	 * @param stays whether the account administers after it
	 * @param change is given what the decision rests on, and refuses where its version has moved; then all is decided again
	 */
	runGuarded<Outcome>(
		userId: string,
		stays: (user: User) => boolean,
		expected: number | undefined,
		cause: CommitMeta,
		change: (before: Standing) => Promise<Outcome | Rejection<"PRECONDITION_FAILED">>,
	): Promise<Outcome | Rejection<"PRECONDITION_FAILED" | "USER_NOT_FOUND" | "LAST_ADMINISTRATOR">>;
}

/** Keeps one administrator in the shop, also where two of them disable each other in the same instant. */
export const lastAdministratorGuard = (home: UsersContext, store: Store): LastAdministratorGuard => {
	const actors = new Actors(administrators, store.collection(administratorKind), { exclusive: store.exclusive });
	const look = (userId: string) =>
		read(home, userId, (state, version) => ({ ...standingView(state, version), administers: isActiveAdministrator(state) }));

	const enter = async (userId: string, cause: CommitMeta): Promise<void> => {
		const found = await look(userId);
		if (found?.administers) await actors.send(ALL, "enter", { userId, userVersion: found.user.version }, () => null, cause);
	};

	/** Who is on the list may be too few, where a process died in between: before one is called the last, it is made whole. */
	const strike = async (userId: string, userVersion: number, cause: CommitMeta) => {
		const outcome = await actors.send(ALL, "strike", { userId, userVersion }, () => null, cause);
		if (!isRejection(outcome)) return outcome;
		for (const id of await idsOfAdministrators(home.collection)) if (id !== userId) await enter(id, cause);
		return actors.send(ALL, "strike", { userId, userVersion }, () => null, cause);
	};

	return {
		register: enter,
		async runGuarded(userId, stays, expected, cause, change) {
			for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
				const found = await look(userId);
				if (!found) return reject("USER_NOT_FOUND");
				const { version } = found.user;
				if (expected !== undefined && expected !== version) return reject("PRECONDITION_FAILED");
				if (found.administers && !stays(found.user)) {
					const struck = await strike(userId, version, cause);
					if (isRejection(struck)) return struck;
				}
				const outcome = await change(found);
				await enter(userId, cause);
				if (!hasMoved(outcome) || expected !== undefined) return outcome;
			}
			throw new Error(`${userId}: gave up after ${ATTEMPTS} concurrent modifications`);
		},
	};
};

export interface Change {
	readonly role?: Role | undefined;
	readonly disabled?: boolean | undefined;
}

/** Whether an account administers after a change of it. */
export const staysAdministrator =
	({ role, disabled }: Change) =>
	(user: User): boolean =>
		(role ?? user.role) === "admin" && !(disabled ?? user.disabled);
