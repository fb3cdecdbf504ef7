import { createHash } from "node:crypto";
import { sign, verify, type JwtHeader, type JwtPayload } from "jsonwebtoken";
import { ROLES, type Role } from "@kernel/access";
import { keyFor } from "./signing-keys";

const ISSUER = "tianguis";
const AUDIENCE = "tianguis";
const ALGORITHM = "HS256";
/** Token type of RFC 9068, which distinguishes access tokens from other JWTs. */
const TYPE = "at+jwt";
export const LIFETIME_SECONDS = 15 * 60;

export interface TokenSubject {
	readonly userId: string;
	readonly role: Role;
	readonly sessionId: string;
}

/** The subject of a valid token, and the expiry of the token in epoch milliseconds. */
export interface Verified {
	readonly holder: TokenSubject;
	readonly expiresAt: number;
}

export interface AccessTokens {
	sign(holder: TokenSubject, now: number): string;
	/** @returns undefined if the token is invalid or expired */
	verify(token: string, now: number): Verified | undefined;
}

const isRole = (role: unknown): role is Role => ROLES.some((known) => known === role);

const toVerified = ({ sub, role, sid, exp }: JwtPayload): Verified | undefined =>
	typeof sub === "string" && isRole(role) && typeof sid === "string" && typeof exp === "number"
		? { holder: { userId: sub, role, sessionId: sid }, expiresAt: exp * 1_000 }
		: undefined;

/** Creates and verifies JWTs according to RFC 8725: one fixed algorithm, and checks of issuer, audience, type and expiry. */
export const accessTokens = (secret: string): AccessTokens => {
	const key = keyFor(secret, "access token");
	const keyid = createHash("sha256").update(key.export()).digest("hex").slice(0, 16);
	const isKnown = (header: JwtHeader): boolean => header.typ === TYPE && header.kid === keyid && header.crit === undefined;

	return {
		sign({ userId, role, sessionId }, now) {
			const iat = Math.floor(now / 1_000);
			const claims = { iss: ISSUER, aud: AUDIENCE, sub: userId, role, sid: sessionId, iat, exp: iat + LIFETIME_SECONDS };
			return sign(claims, key, { algorithm: ALGORITHM, keyid, header: { alg: ALGORITHM, typ: TYPE } });
		},
		verify(token, now) {
			try {
				const clockTimestamp = Math.floor(now / 1_000);
				const { header, payload } = verify(token, key, {
					algorithms: [ALGORITHM],
					issuer: ISSUER,
					audience: AUDIENCE,
					clockTimestamp,
					complete: true,
				});
				return isKnown(header) && typeof payload === "object" ? toVerified(payload) : undefined;
			} catch {
				return undefined; // JsonWebTokenError: invalid or expired
			}
		},
	};
};
