import type { CommandOf, RejectionOf } from "@kernel/decider";
import type { CommitMeta } from "@kernel/cloud-event";
import type { session, Session } from "./domain/session";

type Rules = typeof session.commands;

/** Storage of sessions. Commands are decided by `domain/session`. */
export interface SessionRepository {
	/**
	 * Decides a command on the current state and stores the result before it resolves.
	 *
	 * @throws UNAVAILABLE if the storage fails; the outcome is then unknown
	 */
	send<Name extends keyof Rules, Seen>(
		id: string,
		name: Name,
		command: CommandOf<Rules[Name]>,
		view: (state: Session) => Seen,
		cause: CommitMeta,
	): Promise<Seen | RejectionOf<Rules[Name]>>;
	/** @returns undefined if the session does not exist */
	read<Seen>(id: string, view: (state: Session) => Seen): Promise<Seen | undefined>;
	isAlive(id: string): boolean | Promise<boolean>;
	/** Ids of active sessions of an account with a lower stamp. If there are very many, only some of them. */
	sessionsBelowStamp(userId: string, stamp: number): Promise<readonly string[]>;
	/** Ends idle sessions and removes ended ones. */
	sweep(now: number, cause: CommitMeta): Promise<void>;
}
