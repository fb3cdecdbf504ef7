import type { Log } from "@config/runtime";
import { tryCall, type Caller } from "@kernel/contract";
import { maskEmail } from "@kernel/masking";
import { isRejection, reject } from "@kernel/rejection";
import type { Request } from "@mixins/service/request";
import type { Handlers } from "@mixins/service/define-service";
import { Users, type Standing, type User } from "@services/users/users.contract";
import { LIFETIME_SECONDS, type AccessTokens } from "./access-tokens";
import type { Auth } from "./auth.contract";
import type { LoginThrottle } from "./login-throttle";
import { overlapDetector } from "@mixins/async/overlap-detector";
import type { RefreshTokens } from "./refresh-tokens";
import type { Sessions } from "./sessions";

export interface Parts {
	readonly sessions: Sessions;
	readonly access: AccessTokens;
	readonly refreshing: RefreshTokens;
	readonly failures: LoginThrottle;
	readonly log: Log;
}

/** The account, if sessions with this stamp are still valid. */
const activeUser = async (caller: Caller, userId: string, stamp: number): Promise<User | undefined> => {
	const standing = await tryCall(caller, Users.standing, { userId });
	if (isRejection(standing) || standing.stamp !== stamp || standing.user.disabled) return undefined;
	return standing.user;
};

export const login = ({ sessions, access, refreshing, failures, log }: Parts) => {
	/** Two tabs that refresh at once overlap; a stolen token that is used later does not. */
	const refreshes = overlapDetector();
	const tokensReply = (user: User, sessionId: string, refreshToken: string, now: number) => ({
		accessToken: access.sign({ userId: user.id, role: user.role, sessionId }, now),
		refreshToken,
		tokenType: "Bearer" as const,
		expiresIn: LIFETIME_SECONDS,
		user,
	});

	/** Reads the account again after the session is stored, because a concurrent security change may have missed the new session. */
	const begin = async ({ user: { id }, stamp }: Standing, { caller, cause, now }: Request) => {
		const { sessionId, refreshToken } = await sessions.begin(id, stamp, cause);
		const user = await activeUser(caller, id, stamp);
		if (user) return tokensReply(user, sessionId, refreshToken, now);
		await sessions.end(sessionId, "secured", cause);
		return reject("INVALID_CREDENTIALS");
	};

	return {
		login: async ({ email, password }, request) => {
			const attempt = () => tryCall(request.caller, Users.checkPassword, { email, password });
			const outcome = await failures.guard(email.toLowerCase(), attempt, (checked) => !isRejection(checked));
			if ("retryAfterSeconds" in outcome) {
				log.warn("login rejected: too many failed attempts", {
					email: maskEmail(email),
					requestId: request.cause.correlationId,
				});
				return reject("RATE_LIMITED", outcome);
			}
			if (!isRejection(outcome)) return begin(outcome, request);
			log.warn("login failed", { email: maskEmail(email), requestId: request.cause.correlationId });
			return outcome;
		},

		refresh: async ({ refreshToken }, { caller, cause, now }) => {
			const presented = refreshing.read(refreshToken);
			if (!presented) return reject("INVALID_CREDENTIALS");
			const { sessionId, hash } = presented;
			return refreshes.run(sessionId, async (overlaps) => {
				const session = await sessions.look(sessionId);
				if (!session) return reject("INVALID_CREDENTIALS");
				const user = await activeUser(caller, session.userId, session.stamp);
				if (!user) {
					await sessions.end(sessionId, "secured", cause);
					return reject("INVALID_CREDENTIALS");
				}
				const next = await sessions.refresh(sessionId, { hash, overlaps }, cause);
				return next === undefined ? reject("INVALID_CREDENTIALS") : tokensReply(user, sessionId, next, now);
			});
		},

		logout: async ({ refreshToken }, { cause }) => {
			const presented = refreshing.read(refreshToken);
			if (presented) await sessions.end(presented.sessionId, "loggedOut", cause);
			return {};
		},
	} satisfies Partial<Handlers<typeof Auth>>;
};
