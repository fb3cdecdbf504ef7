import type { CommandOf, RejectionOf } from "@kernel/decider";
import type { CommitMeta } from "@kernel/cloud-event";
import type { session, Session } from "./domain/session";

type Rules = typeof session.commands;

/** Where sessions are kept. The rules are those of `domain/session`, wherever that is. */
export interface SessionRepository {
	/**
	 * Decides by the state that stands at that moment, and keeps what comes of it before it answers.
	 *
	 * @throws UNAVAILABLE where that cannot be done; whether it was done is then not known
	 */
	send<Name extends keyof Rules, Seen>(
		id: string,
		name: Name,
		command: CommandOf<Rules[Name]>,
		view: (state: Session) => Seen,
		cause: CommitMeta,
	): Promise<Seen | RejectionOf<Rules[Name]>>;
	/** @returns undefined where there is none */
	read<Seen>(id: string, view: (state: Session) => Seen): Promise<Seen | undefined>;
	isAlive(id: string): boolean | Promise<boolean>;
	/** Living sessions of an account that are of a lower stamp; where there are very many, some of them. */
	sessionsBelowStamp(userId: string, stamp: number): Promise<readonly string[]>;
	/** Forgets those that are over. */
	sweep(now: number, cause: CommitMeta): Promise<void>;
}
