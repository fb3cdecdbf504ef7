import type { Clock } from "@kernel/clock";
import { randomId } from "@kernel/ids";
import type { CommitMeta } from "@kernel/cloud-event";
import { isRejection } from "@kernel/rejection";
import type { SessionEndReason } from "./domain/session";
import type { RefreshTokens } from "./refresh-tokens";
import type { SessionRepository } from "./session-repository";

/** A refresh token as received with a request. */
export interface PresentedToken {
	readonly hash: string;
	/** Whether another refresh of the session was running at the same time. */
	readonly overlaps: boolean;
}

export interface Sessions {
	begin(userId: string, stamp: number, cause: CommitMeta): Promise<{ readonly sessionId: string; readonly refreshToken: string }>;
	/** User and stamp of an active session; undefined if the session is not active. */
	look(sessionId: string): Promise<{ readonly userId: string; readonly stamp: number } | undefined>;
	/**
	 * @param cause its time is the arrival of the request
	 * @returns the next token; undefined if the presented token is not valid
	 */
	refresh(sessionId: string, presented: PresentedToken, cause: CommitMeta): Promise<string | undefined>;
	end(sessionId: string, reason: SessionEndReason, cause: CommitMeta): Promise<void>;
	/** Ends all sessions of an account with a lower stamp. */
	endAll(userId: string, stamp: number, cause: CommitMeta): Promise<void>;
	isAlive(sessionId: string): boolean | Promise<boolean>;
	/** Ends idle sessions and removes ended ones. */
	sweep(now: number, cause: CommitMeta): Promise<void>;
}

export const sessions = (repository: SessionRepository, tokens: RefreshTokens, clock: Clock): Sessions => {
	const end = async (sessionId: string, reason: SessionEndReason, cause: CommitMeta): Promise<void> => {
		await repository.send(sessionId, "end", { reason, at: cause.at }, () => null, cause);
	};

	return {
		async begin(userId, stamp, cause) {
			const sessionId = randomId("ses", cause.at);
			const { token, hash } = tokens.make(sessionId);
			const outcome = await repository.send(sessionId, "begin", { userId, stamp, hash, at: cause.at }, () => null, cause);
			if (isRejection(outcome)) throw new Error(`session ${sessionId} already exists`);
			return { sessionId, refreshToken: token };
		},

		look: async (sessionId) => {
			const found = await repository.read(sessionId, ({ status, userId, stamp }) => ({ alive: status === "alive", userId, stamp }));
			return found?.alive ? found : undefined;
		},

		async refresh(sessionId, presented, cause) {
			const { token, hash } = tokens.make(sessionId);
			const command = { presented: presented.hash, overlaps: presented.overlaps, next: hash, cameAt: cause.at, at: clock() };
			const current = await repository.send(
				sessionId,
				"refresh",
				command,
				(state) => (state.status === "alive" ? state.current : ""),
				cause,
			);
			return current === hash ? token : undefined;
		},

		end,

		async endAll(userId, stamp, cause) {
			for (;;) {
				const older = await repository.sessionsBelowStamp(userId, stamp);
				if (older.length === 0) return;
				await Promise.all(older.map((id) => end(id, "secured", cause)));
			}
		},

		isAlive: (sessionId) => repository.isAlive(sessionId),
		sweep: (now, cause) => repository.sweep(now, cause),
	};
};
