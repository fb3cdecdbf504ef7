import { setTimeout as wait } from "node:timers/promises";
import { tryCall, call } from "@kernel/contract";
import { randomId } from "@kernel/ids";
import { isRejection, reject } from "@kernel/rejection";
import type { Actors } from "@mixins/actors/actor";
import type { Request } from "@mixins/service/request";
import type { Handlers } from "@mixins/service/define-service";
import { Users } from "@services/users/users.contract";
import type { Auth } from "./auth.contract";
import { isValidRecovery, RESET_MS, type recovery, type Recovery, type RecoveryEvent } from "./domain/recovery";
import type { LoginThrottle } from "./login-throttle";
import { hashOf } from "./signing-keys";
import type { MailTokens } from "./mail-tokens";

const MINUTE_MS = 60_000;
const VERIFICATION_MS = 3 * 24 * 60 * MINUTE_MS;
/** Minimum response time. Exceeds the time to queue a mail, so that the response time does not reveal whether an account exists. */
const MIN_RESPONSE_MS = 50;

export type Recoveries = Actors<Recovery, RecoveryEvent, typeof recovery.commands>;

/** Actions with tokens from mails. A valid token proves that its user reads the mails of the address. */
export const emailLinkActions = (recoveries: Recoveries, tokens: MailTokens, failures: LoginThrottle) => {
	const requestReset = async (email: string, { caller, cause }: Request): Promise<void> => {
		const user = await call(caller, Users.lookupByEmail, { email });
		if (!user || user.disabled) return;
		const standing = await tryCall(caller, Users.standing, { userId: user.id });
		if (isRejection(standing)) return;
		const resetRequest = { userId: user.id, requestId: randomId("req", cause.at), stamp: standing.stamp, at: cause.at };
		await recoveries.send(user.id, "request", resetRequest, () => null, cause);
	};

	const resetToken = async (userId: string, requestId: string, now: number) => {
		const since = await recoveries.read(userId, (state) => (isValidRecovery(state, requestId, now) ? state.current?.at : undefined));
		if (since === undefined) return null;
		const until = since + RESET_MS;
		return {
			token: tokens.make({ p: "passwordReset", u: userId, r: requestId, x: until }),
			expiresInMinutes: Math.ceil((until - now) / MINUTE_MS),
		};
	};

	const verificationToken = async (userId: string, { caller, now }: Request) => {
		const user = await tryCall(caller, Users.lookup, { userId });
		if (isRejection(user) || user.emailVerified) return null;
		const token = tokens.make({ p: "emailVerification", u: userId, e: hashOf(user.email), x: now + VERIFICATION_MS });
		return { token, expiresInMinutes: VERIFICATION_MS / MINUTE_MS };
	};

	return {
		forgotPassword: async ({ email }, request) => {
			await Promise.all([requestReset(email, request), wait(MIN_RESPONSE_MS)]);
			return { status: "accepted" as const };
		},

		/** Uses the token after the password is validated and before it is set, so an unacceptable password does not consume the token. */
		resetPassword: async ({ token, password }, { caller, cause, now }) => {
			const claim = tokens.read(token, "passwordReset", now);
			if (!claim) return reject("INVALID_CREDENTIALS");
			const { u: userId, r: requestId } = claim;
			const good = await recoveries.read(userId, (state) => isValidRecovery(state, requestId, now));
			const standing = good ? await tryCall(caller, Users.standing, { userId }) : reject("INVALID_CREDENTIALS");
			if (isRejection(standing) || standing.user.disabled) return reject("INVALID_CREDENTIALS");
			const checked = await tryCall(caller, Users.judgePassword, { userId, password });
			if (isRejection(checked))
				return checked.rejected === "VALIDATION_FAILED" ? reject(checked.rejected, checked.detail) : reject("INVALID_CREDENTIALS");
			const used = await recoveries.send(userId, "use", { requestId, at: now }, () => null, cause);
			if (isRejection(used)) return used;
			await call(caller, Users.setPassword, { userId, password });
			await failures.reset(standing.user.email);
			return {};
		},

		verifyEmail: async ({ token }, { caller, now }) => {
			const claim = tokens.read(token, "emailVerification", now);
			const user = claim && (await tryCall(caller, Users.lookup, { userId: claim.u }));
			if (!claim || !user || isRejection(user) || hashOf(user.email) !== claim.e) return reject("INVALID_CREDENTIALS");
			const outcome = await tryCall(caller, Users.markEmailVerified, { userId: user.id, email: user.email });
			return isRejection(outcome) ? reject("INVALID_CREDENTIALS") : {};
		},

		mailToken: ({ purpose, userId, requestId = "" }, request) =>
			purpose === "passwordReset" ? resetToken(userId, requestId, request.now) : verificationToken(userId, request),
	} satisfies Partial<Handlers<typeof Auth>>;
};
