import { decider } from "@kernel/decider";
import { reject } from "@kernel/rejection";

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;
/** A session that nobody refreshes for so long is over. */
export const IDLE_MS = 30 * DAY_MS;
/** Longer than a request that came before a token was used up may still be under way. */
const UNDER_WAY_MS = 10 * SECOND_MS;
const ENDED_MS = DAY_MS;

/** One login and the chain of refresh tokens that came of it, of which the newest is good. Only their hashes are kept. */
export interface Session {
	readonly id: string;
	readonly status: "new" | "alive" | "ended";
	readonly userId: string;
	/** Of the account when it began. */
	readonly stamp: number;
	readonly current: string;
	/** Used up so lately that requests from before may still come to be decided. */
	readonly lately: { readonly hash: string; readonly at: number }[];
	readonly usedAt: number;
	readonly endedAt: number;
}

export type SessionEndReason = "loggedOut" | "reused" | "idle" | "secured";

export type SessionEvent =
	| { readonly type: "session.begun"; readonly userId: string; readonly stamp: number; readonly hash: string; readonly at: number }
	| { readonly type: "session.refreshed"; readonly hash: string; readonly at: number }
	| { readonly type: "session.ended"; readonly reason: SessionEndReason; readonly at: number };

const happened = (...events: SessionEvent[]): readonly SessionEvent[] => events;
const ended = (reason: SessionEndReason, at: number) => happened({ type: "session.ended", reason, at });

const begin = (beginning: { userId: string; stamp: number; hash: string; at: number }, { status }: Session) =>
	status === "new" ? happened({ type: "session.begun", ...beginning }) : reject("INVALID_CREDENTIALS");

interface Refresh {
	/** Hash of a token that is surely one of this session's. */
	readonly presented: string;
	readonly next: string;
	readonly at: number;
	/** When the request came in, before it was decided. */
	readonly cameAt: number;
	/** Another one for this session was under way when it came in. */
	readonly overlaps: boolean;
}

/**
 * @returns the end of the session where the token was used up before the request came in: one of the two who have it stole it. Of two requests at
 * once, by two tabs say, the second gets none, and nobody is locked out
 */
const refresh = ({ presented, next, at, cameAt, overlaps }: Refresh, { status, current, lately, usedAt }: Session) => {
	if (status !== "alive") return reject("INVALID_CREDENTIALS");
	if (at - usedAt > IDLE_MS) return ended("idle", at);
	if (presented === current) return happened({ type: "session.refreshed", hash: next, at });
	const twice = lately.some((used) => used.hash === presented && (overlaps || cameAt <= used.at) && at - used.at < UNDER_WAY_MS);
	return twice ? reject("INVALID_CREDENTIALS") : ended("reused", at);
};

const end = ({ reason, at }: { reason: SessionEndReason; at: number }, { status }: Session) =>
	status === "alive" ? ended(reason, at) : happened();

const evolve = (state: Session, event: SessionEvent): Session => {
	switch (event.type) {
		case "session.begun":
			return {
				...state,
				status: "alive",
				userId: event.userId,
				stamp: event.stamp,
				current: event.hash,
				usedAt: event.at,
			};
		case "session.refreshed":
			return {
				...state,
				lately: [...state.lately.filter(({ at }) => event.at - at < UNDER_WAY_MS), { hash: state.current, at: event.at }],
				current: event.hash,
				usedAt: event.at,
			};
		case "session.ended":
			return { ...state, status: "ended", lately: [], endedAt: event.at };
	}
};

/** When there is nothing more to know of it. */
export const forgettableAt = ({ status, usedAt, endedAt }: Session): number => (status === "ended" ? endedAt + ENDED_MS : usedAt + IDLE_MS);

export const session = decider<Session, SessionEvent>()({
	initial: (id) => ({ id, status: "new", userId: "", stamp: 0, current: "", lately: [], usedAt: 0, endedAt: 0 }),
	commands: { begin, refresh, end },
	evolve,
});
