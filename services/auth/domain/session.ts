import { decider } from "@kernel/decider";
import { reject } from "@kernel/rejection";

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;
/** A session ends if it is not refreshed for this time. */
export const IDLE_MS = 30 * DAY_MS;
/** Maximum duration of a request that arrived before its token was used by another request. */
const MAX_REQUEST_MS = 10 * SECOND_MS;
/** How long an ended session is kept. */
const ENDED_RETENTION_MS = DAY_MS;

/** A login and its chain of refresh tokens, of which only the newest is valid. Only hashes of tokens are stored. */
export interface Session {
	readonly id: string;
	readonly status: "new" | "alive" | "ended";
	readonly userId: string;
	/** Stamp of the account at login. */
	readonly stamp: number;
	readonly current: string;
	/** Recently used tokens, which concurrent requests may still present. */
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
	/** Hash of the presented token, whose signature is valid for this session. */
	readonly presented: string;
	readonly next: string;
	readonly at: number;
	/** Arrival of the request. */
	readonly cameAt: number;
	/** Whether another refresh of the session was running at the arrival of the request. */
	readonly overlaps: boolean;
}

/**
 * Exchanges the newest token for the next one. A token that was used before the request arrived has been stolen from one of its two users, so the session
 * ends. Of two concurrent requests, for instance of two browser tabs, the second is rejected and the session continues.
 */
const refresh = ({ presented, next, at, cameAt, overlaps }: Refresh, { status, current, lately, usedAt }: Session) => {
	if (status !== "alive") return reject("INVALID_CREDENTIALS");
	if (at - usedAt > IDLE_MS) return ended("idle", at);
	if (presented === current) return happened({ type: "session.refreshed", hash: next, at });
	const isConcurrent = lately.some((used) => used.hash === presented && (overlaps || cameAt <= used.at) && at - used.at < MAX_REQUEST_MS);
	return isConcurrent ? reject("INVALID_CREDENTIALS") : ended("reused", at);
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
				lately: [...state.lately.filter(({ at }) => event.at - at < MAX_REQUEST_MS), { hash: state.current, at: event.at }],
				current: event.hash,
				usedAt: event.at,
			};
		case "session.ended":
			return { ...state, status: "ended", lately: [], endedAt: event.at };
	}
};

/** Time from which the session can be removed. */
export const forgettableAt = ({ status, usedAt, endedAt }: Session): number =>
	status === "ended" ? endedAt + ENDED_RETENTION_MS : usedAt + IDLE_MS;

export const session = decider<Session, SessionEvent>()({
	initial: (id) => ({ id, status: "new", userId: "", stamp: 0, current: "", lately: [], usedAt: 0, endedAt: 0 }),
	commands: { begin, refresh, end },
	evolve,
});
