import type { Collection, Document, Kind } from "@mixins/store/port";
import { AuthEvents } from "./auth.contract";
import { recovery, type Recovery, type RecoveryEvent } from "./domain/recovery";
import { forgettableAt, session, type Session, type SessionEvent } from "./domain/session";

export const sessionKind: Kind<Session, SessionEvent> = {
	name: "session",
	revision: 1,
	initial: session.initial,
	evolve: session.evolve,
	fields: {
		userId: { value: ({ status, userId }) => (status === "alive" ? userId : null), indexed: true },
		forgettableAt: { value: forgettableAt, indexed: true },
	},
	publishes: [],
	removable: true,
};

export const recoveryKind: Kind<Recovery, RecoveryEvent> = {
	name: "recovery",
	revision: 1,
	initial: recovery.initial,
	evolve: recovery.evolve,
	fields: {},
	publishes: [AuthEvents.passwordResetRequested.type],
};

export type SessionCollection = Collection<Session, SessionEvent>;

const PAGE_SIZE = 1_000;

export const livingSessionsOf = async (collection: SessionCollection, userId: string): Promise<Session[]> =>
	(await collection.find({ where: { userId }, limit: PAGE_SIZE })).map(({ state }) => state);

export const forgettable = (collection: SessionCollection, now: number): Promise<readonly Document<Session>[]> =>
	collection.find({ where: { forgettableAt: { before: now } }, orderBy: { field: "forgettableAt" }, limit: PAGE_SIZE });
