import { Type } from "@sinclair/typebox";
import { action, event } from "@kernel/contract";
import { Email, Nullable, PersonName, Strict } from "@kernel/schemas";
import { Password, RoleName, User, UserId } from "@services/users/users.contract";

const Token = Type.String({ minLength: 1, maxLength: 1_024 });
const Nothing = Type.Object({});
const Accepted = Type.Object({ status: Type.Literal("accepted") });

export const Tokens = Type.Object(
	{
		/** JWT for the Authorization header. */
		accessToken: Type.String(),
		/** Opaque token, valid for one refresh. */
		refreshToken: Type.String(),
		tokenType: Type.Literal("Bearer"),
		/** Lifetime of the access token in seconds. */
		expiresIn: Type.Integer(),
		user: User,
	},
	{ title: "Tokens" },
);

/** Authentication: exchanges credentials for tokens and verifies tokens. kernel/access.ts defines the permissions of roles. */
export const Auth = {
	register: action("auth.register", {
		params: Strict({ email: Email, password: Password, name: PersonName }),
		returns: Accepted,
		errors: ["VALIDATION_FAILED", "RATE_LIMITED"],
		permission: "public",
		timeoutMs: 15_000,
		rest: "POST /v1/auth/register",
		http: { status: 202, summary: "Create an account", idempotencyKey: true },
	}),
	login: action("auth.login", {
		params: Strict({ email: Email, password: Password, otp: Type.Optional(Type.String({ maxLength: 16 })) }),
		returns: Tokens,
		errors: ["INVALID_CREDENTIALS", "RATE_LIMITED"],
		permission: "public",
		timeoutMs: 15_000,
		rest: "POST /v1/auth/login",
		http: { summary: "Log in" },
	}),
	refresh: action("auth.refresh", {
		params: Strict({ refreshToken: Token }),
		returns: Tokens,
		errors: ["INVALID_CREDENTIALS", "RATE_LIMITED"],
		permission: "public",
		rest: "POST /v1/auth/refresh",
		http: { summary: "Exchange a refresh token for a new token pair" },
	}),
	logout: action("auth.logout", {
		params: Strict({ refreshToken: Token }),
		returns: Nothing,
		permission: "public",
		rest: "POST /v1/auth/logout",
		http: { status: 204, summary: "Log out and end the session" },
	}),
	forgotPassword: action("auth.forgotPassword", {
		params: Strict({ email: Email }),
		returns: Accepted,
		errors: ["RATE_LIMITED"],
		permission: "public",
		rest: "POST /v1/auth/password/forgot",
		http: { status: 202, summary: "Request a password reset e-mail" },
	}),
	resetPassword: action("auth.resetPassword", {
		params: Strict({ token: Token, password: Password }),
		returns: Nothing,
		errors: ["INVALID_CREDENTIALS", "VALIDATION_FAILED", "RATE_LIMITED"],
		permission: "public",
		timeoutMs: 15_000,
		rest: "POST /v1/auth/password/reset",
		http: { status: 204, summary: "Reset the password with a token" },
	}),
	verifyEmail: action("auth.verifyEmail", {
		params: Strict({ token: Token }),
		returns: Nothing,
		errors: ["INVALID_CREDENTIALS", "RATE_LIMITED"],
		permission: "public",
		rest: "POST /v1/auth/email/verify",
		http: { status: 204, summary: "Verify an e-mail address with a token" },
	}),

	/** The subject of an access token; null if the token is invalid, or expired, or its session has ended. */
	authenticate: action("auth.authenticate", {
		params: Strict({ accessToken: Type.String({ maxLength: 8_192 }) }),
		returns: Nullable(Type.Object({ userId: UserId, role: RoleName, sessionId: Type.String() })),
		idempotent: true,
	}),
	/** Ends all sessions of an account with a lower stamp, and invalidates its older password reset mails. */
	endSessions: action("auth.endSessions", {
		params: Strict({ userId: UserId, stamp: Type.Integer({ minimum: 0 }), reason: Type.String({ maxLength: 64 }) }),
		returns: Nothing,
		idempotent: true,
	}),
	/** Creates the secret of a mail at the time of sending, so that it is never stored. Null if the mail is no longer needed. */
	mailToken: action("auth.mailToken", {
		params: Strict({
			purpose: Type.Union([Type.Literal("passwordReset"), Type.Literal("emailVerification")]),
			userId: UserId,
			requestId: Type.Optional(Type.String()),
		}),
		returns: Nullable(Type.Object({ token: Type.String(), expiresInMinutes: Type.Integer() })),
		idempotent: true,
	}),
};

export const AuthEvents = {
	/** `requestId` identifies the reset. The event does not contain the secret. */
	passwordResetRequested: event("auth.passwordResetRequested", Type.Object({ userId: UserId, requestId: Type.String() })),
};
