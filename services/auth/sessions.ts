import type { Clock } from "@kernel/clock";
import { randomId } from "@kernel/ids";
import type { CommitMeta } from "@kernel/cloud-event";
import { isRejection } from "@kernel/rejection";
import type { SessionEndReason } from "./domain/session";
import type { RefreshTokens } from "./refresh-tokens";
import type { SessionRepository } from "./session-repository";

/** A refresh token, as it was presented. */
export interface PresentedToken {
	readonly hash: string;
	/** Another refresh of this session was under way when it was. */
	readonly overlaps: boolean;
}

export interface Sessions {
	begin(userId: string, stamp: number, cause: CommitMeta): Promise<{ readonly sessionId: string; readonly refreshToken: string }>;
	/** Whose it is and of which stamp; undefined where it is none that lives. */
	look(sessionId: string): Promise<{ readonly userId: string; readonly stamp: number } | undefined>;
	/**
	 * @param cause its time is when the request came in
	 * @returns the next token, or undefined: the one that was presented is good for none (any more)
	 */
	refresh(sessionId: string, presented: PresentedToken, cause: CommitMeta): Promise<string | undefined>;
	end(sessionId: string, reason: SessionEndReason, cause: CommitMeta): Promise<void>;
	/** Those of an account that are of a lower stamp. */
	endAll(userId: string, stamp: number, cause: CommitMeta): Promise<void>;
	isAlive(sessionId: string): boolean | Promise<boolean>;
	/** Forgets those that are over. */
	sweep(now: number, cause: CommitMeta): Promise<void>;
}

export const sessions = (home: SessionRepository, tokens: RefreshTokens, clock: Clock): Sessions => {
	const end = async (sessionId: string, reason: SessionEndReason, cause: CommitMeta): Promise<void> => {
		await home.send(sessionId, "end", { reason, at: cause.at }, () => null, cause);
	};

	return {
		async begin(userId, stamp, cause) {
			const sessionId = randomId("ses", cause.at);
			const { token, hash } = tokens.make(sessionId);
			const outcome = await home.send(sessionId, "begin", { userId, stamp, hash, at: cause.at }, () => null, cause);
			if (isRejection(outcome)) throw new Error(`${sessionId} was there before`);
			return { sessionId, refreshToken: token };
		},

		look: async (sessionId) => {
			const found = await home.read(sessionId, ({ status, userId, stamp }) => ({ alive: status === "alive", userId, stamp }));
			return found?.alive ? found : undefined;
		},

		async refresh(sessionId, presented, cause) {
			const { token, hash } = tokens.make(sessionId);
			const command = { presented: presented.hash, overlaps: presented.overlaps, next: hash, cameAt: cause.at, at: clock() };
			const current = await home.send(
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
				const older = await home.sessionsBelowStamp(userId, stamp);
				if (older.length === 0) return;
				await Promise.all(older.map((id) => end(id, "secured", cause)));
			}
		},

		isAlive: (sessionId) => home.isAlive(sessionId),
		sweep: (now, cause) => home.sweep(now, cause),
	};
};
